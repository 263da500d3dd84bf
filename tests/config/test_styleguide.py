"""Tests of config.styleguide: the page is there for staff, and for nobody else."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User


def status(person: User | None) -> int:
    """What the page answers to somebody, or to a stranger."""
    client = Client()
    if person:
        client.force_login(person)
    return client.get("/styleguide/").status_code


def test_staff_see_the_page(alice: User) -> None:
    User.objects.update(is_staff=True)
    assert status(alice) == 200


@pytest.mark.parametrize(("debug", "answer"), [(False, 404), (True, 200)])
def test_a_plain_member_sees_it_only_while_debug_is_on(
    mallory: User, settings: Settings, debug: bool, answer: int
) -> None:
    settings.DEBUG = debug
    assert status(mallory) == answer


@pytest.mark.django_db
@pytest.mark.parametrize("debug", [False, True])
def test_a_stranger_never_sees_it(settings: Settings, debug: bool) -> None:
    settings.DEBUG = debug
    assert status(None) == 404
