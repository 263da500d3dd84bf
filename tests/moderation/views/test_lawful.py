"""`/console/lawful/`: what authorities ask for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from moderation.actions import lawful
from moderation.actions.lawful import Wish
from moderation.audit import sequence
from moderation.audit.source import Source
from moderation.models import Authority, LawfulRequest
from moderation.staff import Role
from tests.moderation.cast import at_console

pytestmark = pytest.mark.django_db
SOURCE = Source.internal("command")


def approved(by: User, second: User, person: User) -> LawfulRequest:
    now = timezone.now()
    day = timedelta(days=1)
    wish = Wish(Authority.POLICE, "City police", "Art. 12", person.uid, "", now - day, now + day)
    asked = lawful.ask(wish, by=by, now=now, source=SOURCE)
    lawful.decide(asked.pk, True, by=second, now=now, source=SOURCE)
    return asked


def test_before_the_first_checkpoint_nothing_leaves_and_after_it_the_bundle_does(
    alice: User, bob: User, carol: User
) -> None:
    console, asked = at_console(alice, Role.SENIOR), approved(alice, carol, bob)
    told = console.post(f"/console/lawful/{asked.pk}/export/", follow=True)
    assert "Nothing is sealed yet." in told.content.decode()
    asked.refresh_from_db()
    assert asked.exported_at is None
    sequence.seal(timezone.now())
    answer = console.post(f"/console/lawful/{asked.pk}/export/")
    assert answer["Content-Disposition"].endswith(f'filename="stoa-request-{asked.pk}.zip"')
    asked.refresh_from_db()
    assert asked.exported_at is not None
