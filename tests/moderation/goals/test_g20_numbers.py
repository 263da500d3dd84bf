"""G20: the numbers of a report, counted again from the exported log alone, are the same byte for byte."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from moderation.actions import reviews
from moderation.audit import export, sequence
from moderation.audit.canonical import canonical
from moderation.audit.leaf import stamp
from moderation.audit.source import Source
from moderation.review import annex
from moderation.review.annex import Order
from moderation.review.counts import counted
from rooms.roles import Move, Refused
from tests.rooms.scenes import a_room, come, do

pytestmark = pytest.mark.django_db


def test_the_published_numbers_are_those_of_the_bundle(alice: User, bob: User, mallory: User) -> None:
    room = a_room(alice)
    for person in (alice, bob, mallory):
        come(person, room)
    do(bob, room, Move.RAISE_HAND)
    do(alice, room, Move.REMOVE, mallory)
    with pytest.raises(Refused):
        do(bob, room, Move.END)
    now = timezone.now()
    order = Order("cn", now - timedelta(days=30), now + timedelta(days=1), "", now)
    facts = annex.facts_of(reviews.run(order, source=Source.internal("command")).annex)
    sequence.seal(now)  # what came after the report is in the bundle too, and must not be counted
    file = io.BytesIO()
    export.export(file, now=now)
    with zipfile.ZipFile(file) as bundle:
        lines = bundle.read("entries.jsonl").decode().splitlines()
    again = counted(lines, stamp(order.start), stamp(order.end), facts["size"])
    assert canonical(again) == canonical(facts["counts"])
    assert again["acts"]["member.remove"] == {"ok": 1}
    assert again["acts"]["room.end"] == {"refused": 1}
    assert len(lines) > again["entries"]
    assert json.loads(canonical(again)) == facts["counts"]
