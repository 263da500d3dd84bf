"""Names behind ids take two people (G26)."""

import pytest

from accounts.models import User
from moderation.actions import unmasking
from moderation.actions.base import Code
from moderation.actions.unmasking import SHOWN
from moderation.audit.erase import erase
from moderation.models import Unmasking
from moderation.staff import Role
from tests.log import entries, entry
from tests.moderation.cast import at_console
from tests.moderation.desk import moderator, unchanged
from tests.rooms.scenes import NOON, SOURCE

pytestmark = pytest.mark.django_db


def asked(by: User, person: User, reason: str = "The court asks.") -> Unmasking:
    return unmasking.ask(person.uid, reason, by=by, now=NOON, source=SOURCE)


def test_a_name_is_shown_for_half_an_hour_once_a_second_person_agrees(alice: User, bob: User, femi: User) -> None:
    wish = asked(alice, bob)
    assert unmasking.shown_to(alice, NOON) == frozenset()
    unmasking.decide(wish.pk, approved=True, by=femi, now=NOON, source=SOURCE)
    assert unmasking.shown_to(alice, NOON) == {bob.uid}
    assert unmasking.shown_to(femi, NOON) == unmasking.shown_to(alice, NOON + SHOWN) == frozenset()
    noted = entry(action="person.unmask")
    assert (noted.actor, noted.second, noted.object) == (femi.uid, alice.uid, bob.uid)


def test_nobody_grants_their_own_wish_or_decides_on_themselves(bob: User, femi: User) -> None:
    own, on_self = asked(femi, bob), asked(bob, femi)
    unchanged(Code.SAME_PERSON, lambda: unmasking.decide(own.pk, approved=True, by=femi, now=NOON, source=SOURCE))
    unchanged(Code.SUBJECT, lambda: unmasking.decide(on_self.pk, approved=True, by=femi, now=NOON, source=SOURCE))
    assert not Unmasking.objects.exclude(decided_at=None).exists()


def test_what_was_refused_or_decided_stays_so(alice: User, bob: User, femi: User) -> None:
    wish = unmasking.decide(asked(alice, bob).pk, approved=False, by=femi, now=NOON, source=SOURCE)
    assert unmasking.shown_to(alice, NOON) == frozenset()
    unchanged(Code.DECIDED, lambda: unmasking.decide(wish.pk, approved=True, by=femi, now=NOON, source=SOURCE))


def test_the_name_of_somebody_who_was_erased_meanwhile_is_not_granted(alice: User, bob: User, femi: User) -> None:
    wish = asked(alice, bob)
    erase(bob.uid, by="", reason="request", now=NOON, source=SOURCE)
    unchanged(Code.NOTHING, lambda: unmasking.decide(wish.pk, approved=True, by=femi, now=NOON, source=SOURCE))
    unmasking.decide(wish.pk, approved=False, by=femi, now=NOON, source=SOURCE)
    assert unmasking.shown_to(alice, NOON) == frozenset()


def test_a_wish_has_a_reason_and_somebody_to_name(alice: User, bob: User) -> None:
    unchanged(Code.EMPTY, lambda: asked(alice, bob, " "))
    unchanged(Code.GONE, lambda: unmasking.ask("f" * 16, "Why not.", by=alice, now=NOON, source=SOURCE))
    asked(alice, bob)
    unchanged(Code.DECIDED, lambda: asked(alice, bob))


def test_a_wish_for_an_id_does_not_tell_whether_it_acted_in_an_entry(alice: User, bob: User) -> None:
    asked(alice, bob)
    unmasking.ask(bob.uid, "Who was it?", by=alice, now=NOON, source=SOURCE, entry=7)
    unchanged(Code.DECIDED, lambda: unmasking.ask(bob.uid, "Once more.", by=alice, now=NOON, source=SOURCE, entry=7))


def test_a_reviewer_reads_the_log_without_names_until_one_is_granted(alice: User, bob: User) -> None:
    reviewer, senior = at_console(alice, Role.REVIEWER), at_console(moderator("Gus"), Role.SENIOR)
    log = f"/console/log/?person={bob.uid}"
    senior.get("/console/log/", {"person": bob.uid})
    assert bob.display_name not in reviewer.get(log).content.decode()
    reviewer.post("/console/names/ask/", {"person": bob.uid, "reason": "The court asks."})
    assert reviewer.post(f"/console/names/{Unmasking.objects.get().pk}/", {"approve": "1"}).status_code == 403
    senior.post(f"/console/names/{Unmasking.objects.get().pk}/", {"approve": "1"})
    assert bob.display_name in reviewer.get("/console/names/").content.decode()
    assert [one.reason for one in entries(action="name.grant", result="refused")] == ["role"]


def test_following_a_link_decides_on_no_wish(alice: User, bob: User) -> None:
    senior, wish = at_console(moderator("Gus"), Role.SENIOR), asked(alice, bob)
    assert senior.get(f"/console/names/{wish.pk}/").status_code == 302
    wish.refresh_from_db()
    assert wish.decided_at is None
