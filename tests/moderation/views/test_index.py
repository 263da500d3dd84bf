"""The first page of the console says what waits for people."""

import re
from datetime import timedelta

from django.test import Client

from accounts.models import User
from moderation.models import Case
from moderation.staff import Role
from tests.accounts.pages import text
from tests.moderation.cast import at_console
from tests.moderation.views.test_queue import NOW, filed


def test_it_says_how_many_cases_wait_and_are_late_and_how_many_rooms_are_live(alice: User, bob: User) -> None:
    filed(bob)
    filed(None)
    Case.objects.filter(subject=None).update(due_at=NOW - timedelta(minutes=1))
    page = text(at_console(alice, Role.MODERATOR).get("/console/"))
    assert '<p class="figure">2</p>' in page
    assert "1 is late" in page
    assert '<p class="figure">0</p>' in page


def test_a_case_about_oneself_is_not_counted(alice: User) -> None:
    filed(alice)
    assert '<p class="figure">0</p>' in text(at_console(alice, Role.MODERATOR).get("/console/"))


def test_what_waits_is_counted_in_the_menu_of_every_page_and_beside_the_page_where_one_may_act(
    alice: User, bob: User
) -> None:
    client = at_console(alice, Role.MODERATOR)
    filed(bob, minutes=90), filed(None, minutes=90), filed(None)
    assert "2 are waiting" in text(client.get("/"))
    page = text(client.get("/console/cases/"))
    assert 'Cases <span class="count">2<' in page
    assert 'Work <span class="count">2<' in page


def test_each_line_of_the_menu_has_a_sign_of_its_own(alice: User) -> None:
    page = text(at_console(alice, Role.MODERATOR).get("/"))
    ways = re.findall(r'class="menu-item" href="([^"]+)"><svg[^>]*><use href="(#[^"]+)"', page)
    assert {"/console/", "/privacy/"} <= dict(ways).keys()
    assert len({sign for _, sign in ways}) == len(ways)


def test_nobody_else_is_told_of_the_console(bob: User) -> None:
    client = Client()
    client.force_login(bob)
    filed(bob, minutes=90)
    assert "/console/" not in text(client.get("/"))
    at_console(bob, Role.REVIEWER)
    page = text(client.get("/"))
    assert 'href="/console/"' in page
    assert "waiting" not in page
