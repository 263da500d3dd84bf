"""Tests of moderation.audit.sealing and opened: who can read what of an entry."""

from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidTag

from moderation.audit import people
from moderation.audit.erase import erase
from moderation.audit.models import Entry, Label, Part, PersonKey
from moderation.audit.opened import opened
from moderation.audit.record import record
from moderation.audit.sealing import address_token, state_hash
from moderation.audit.source import Source
from moderation.audit.verify import commitment
from tests.log import entry

SOURCE = Source("192.0.2.7", 50123, "203.0.113.1:443", "Mozilla/5.0", session="the-session-of-alice")
ALICE, BOB, CAROL = "a11ce00000000000", "b0b0000000000000", "ca401000000000000"

pytestmark = pytest.mark.django_db


def test_nothing_personal_stands_in_an_entry_or_label_as_it_is() -> None:
    record("member.ban", source=SOURCE, actor=ALICE, second=CAROL, object_type="member", object_id=BOB)
    rows = [*Entry.objects.values_list(), *Label.objects.values_list(), *PersonKey.objects.values_list()]
    told = b"".join(bytes(part) if isinstance(part, bytes) else str(part).encode() for row in rows for part in row)
    for secret in (ALICE, BOB, CAROL, "192.0.2.7", "203.0.113.1:443", "203.0.113.1", "Mozilla", "the-session-of-alice"):
        assert secret.encode() not in told
    assert set(Entry.objects.get().commitments) == {
        "actor",
        "object",
        "second",
        "address",
        "port",
        "destination",
        "user_agent",
        "session",
    }


def test_everything_sealed_opens_to_what_the_entry_committed_to() -> None:
    record("member.ban", source=SOURCE, actor=ALICE, second=CAROL, object_type="member", object_id=BOB)
    (one,) = opened(Entry.objects.all())
    assert not one.erased
    assert (one.fields["actor"], one.fields["object"], one.fields["second"]) == (ALICE, BOB, CAROL)
    for field, (salt, value) in one.openings.items():
        assert commitment(bytes.fromhex(str(salt)), field, value) == one.entry.commitments[field]


def test_each_person_has_one_label_with_their_own_side_of_the_act() -> None:
    record("member.ban", source=SOURCE, actor=ALICE, second=CAROL, object_type="member", object_id=BOB)
    parts = {people.by_id([label.person])[label.person].uid: label.part for label in Label.objects.all()}
    assert parts == {ALICE: Part.ACTOR, BOB: Part.OBJECT, CAROL: Part.SECOND}


def test_an_act_on_oneself_has_one_label() -> None:
    record("account.change", source=SOURCE, actor=ALICE, object_type="user", object_id=ALICE)
    assert Label.objects.get().part == Part.ACTOR | Part.OBJECT


def test_where_a_refused_sign_in_came_from_belongs_to_whose_account_it_was() -> None:
    record("account.sign_in", source=SOURCE, object_type="user", object_id=BOB)
    label = Label.objects.get()
    assert people.by_id([label.person])[label.person].uid == BOB
    assert bytes(label.address or b"") == address_token("192.0.2.7")


def test_an_act_of_nobody_is_sealed_under_the_key_of_nobody() -> None:
    record("invite.redeem", source=SOURCE)
    label = Label.objects.get()
    assert people.by_id([label.person])[label.person].uid == ""
    assert entry(action="invite.redeem").address == "192.0.2.7"


def test_an_act_of_the_server_itself_has_no_label() -> None:
    record("room.end", source=Source.internal("celery"), room="r1")
    assert not Label.objects.exists()


def test_a_box_opens_with_no_other_key_and_in_no_other_entry() -> None:
    first = record("room.open", source=SOURCE, actor=ALICE)
    second = record("room.open", source=SOURCE, actor=BOB)
    box = bytes(Label.objects.get(entry=first.pk).box)
    assert people.person(ALICE).open(box, first.event)["actor"][1] == ALICE
    with pytest.raises(InvalidTag):
        people.person(BOB).open(box, first.event)
    with pytest.raises(InvalidTag):
        people.person(ALICE).open(box, second.event)


def test_the_same_address_has_one_token_however_it_is_written() -> None:
    assert address_token("2001:db8::1") == address_token("2001:0db8:0:0::0001") != address_token("2001:db8::2")


def test_a_key_that_was_destroyed_elsewhere_is_not_used_again() -> None:
    record("room.open", source=SOURCE, actor=ALICE)
    before = people.person(ALICE)
    PersonKey.objects.filter(pk=before.id).delete()  # as another process does it
    written = record("room.open", source=SOURCE, actor=ALICE)
    after = people.person(ALICE)
    assert after.key != before.key
    assert Label.objects.get(entry=written.pk).person == after.id


def test_the_hash_of_what_somebody_was_goes_with_them() -> None:
    record("account.change", source=SOURCE, actor=ALICE, object_type="user", object_id=ALICE, before={"n": 1}, after={})
    assert {"before", "after"} <= set(entry(action="account.change").commitments)
    erase(ALICE, by="", reason="request", now=datetime(2026, 11, 25, 12, tzinfo=UTC), source=SOURCE)
    (one,) = opened(Entry.objects.filter(action="account.change"))
    assert {"before", "after"} <= set(one.erased)


def test_a_state_is_hashed_the_same_whatever_order_its_fields_come_in() -> None:
    until = datetime(2026, 11, 25, tzinfo=UTC)
    assert state_hash({"role": "senior", "until": until}) == state_hash({"until": until, "role": "senior"})
    assert state_hash({"role": "senior"}) != state_hash({"role": "moderator"})
