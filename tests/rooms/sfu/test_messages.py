"""Contract of `rooms.sfu.messages`: what was dumped is loaded, and nothing else is."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.sfu.messages import (
    MAX_MESSAGE,
    Alive,
    Answer,
    Connected,
    Drop,
    Elsewhere,
    Figures,
    Freeze,
    Gone,
    Ice,
    Line,
    Message,
    Offer,
    Present,
    Rejected,
    Sealed,
    Spread,
    Wanted,
    dump,
    load,
    orders_channel,
)
from rooms.sfu.refusals import Code, Refused

WANTED = Wanted("room", 3, True, (1, 2), (66,))
MESSAGES: list[Message] = [
    WANTED,
    Offer("request", "peer", 7, 2, 3, True, "v=0\r\n", WANTED),
    Drop("room", 7, 2),
    Answer("node-0", "request", "peer", "v=0\r\n"),
    Rejected("node-0", "request", "peer", Code.FULL),
    Alive("node-0", "epoch", 900, False, {"room": 3}),
    Alive("node-0", "epoch", 900, True, {"room": 3}, "accelerated", "00" * 32, {"room": 2}),
    Alive("node-0", "epoch", 900, False, {"room": 3}, talking={"room": (1, 7)}),
    Spread("room", 2, ("node-0", "node-1"), "00" * 80),
    Elsewhere("room", 7, "peer"),
    Ice("request", "peer", True),
    Figures("node-0", {"sent": 900}, {"late": 1}, (1, 2), (3,), ()),
    Connected("node-0", "room", 7, "peer", "2001:db8::1", 50000, "192.0.2.1:7882", "udp"),
    Gone("node-0", "room", 7, "peer", "left"),
    Present("node-0", {"room": (1, 7)}),
    Line("node-0", "room", 7, True, True, 12, 40, -1),
    Freeze("room", "0123456789abcdef", "00" * 32, 1_700_000_000_000),
    Sealed("node-0", "room", "0123456789abcdef", ("0123456789abcdef-1.sealed",)),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_every_message_is_read_back(message: Message) -> None:
    assert load(dump(message)) == message
    assert load(dump(message).encode()) == message


def changed(**changes: Any) -> str:
    return json.dumps(json.loads(dump(MESSAGES[1])) | changes)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "7",
        "{}",
        '{"kind": "unknown"}',
        '{"kind": ["drop"], "peer": "x"}',
        '{"kind": "drop"}',
        '{"kind": "drop", "peer": "x", "more": 1}',
        '{"kind": "drop", "peer": 7}',
        changed(member="7"),
        changed(member=True),
        changed(listen=1),
        changed(wanted=None),
        changed(wanted={}),
        changed(wanted=json.loads(dump(WANTED))),
        '{"kind":"wanted","room":"r","version":1,"live":true,"speak":[1.0],"absent":[]}',
        '{"kind":"wanted","room":"r","version":1,"live":true,"speak":[true],"absent":[]}',
        '{"kind":"sealed","sfu":"s","room":"r","freeze":"f","tracks":[1]}',
        '{"kind":"sealed","sfu":"s","room":"r","freeze":"f","tracks":"f"}',
        '{"kind":"alive","sfu":"s","epoch":"e","peers":0,"draining":false,"rooms":{"r":"1"}}',
        '{"kind":"alive","sfu":"s","epoch":"e","peers":0,"draining":false,"rooms":{},"talking":{"r":1}}',
        '{"kind":"alive","sfu":"s","epoch":"e","peers":0,"draining":false,"rooms":{},"talking":{"r":["1"]}}',
        '{"kind":"alive","sfu":"s","epoch":"e","peers":0,"draining":false,"rooms":{},"talking":[1]}',
        '{"kind":"spread","room":"r","turn":true,"carriers":[],"key":""}',
        '{"kind":"spread","room":"r","turn":1,"carriers":[1],"key":""}',
        '{"kind":"elsewhere","room":"r","member":"1","peer":"p"}',
        b"\xff\xfe",
        "[" * 100_000,
        " " * (MAX_MESSAGE + 1),
    ],
)
def test_what_dump_could_not_have_written_is_refused(text: str | bytes) -> None:
    with pytest.raises(Refused) as caught:
        load(text)
    assert caught.value.code is Code.MESSAGE_INVALID


def test_what_the_version_before_did_not_say_yet_has_its_default() -> None:
    old = '{"kind":"connected","sfu":"node-0","room":"room","member":7,"peer":"peer"}'
    assert load(old) == Connected("node-0", "room", 7, "peer", "", 0, "", "")


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=8,
)


@given(st.one_of(st.text(), st.binary()))
def test_any_text_is_a_message_or_refused(text: str | bytes) -> None:
    with suppress(Refused):
        load(text)


@given(st.sampled_from(MESSAGES), st.data(), JSON)
def test_a_message_with_a_strange_value_is_a_message_or_refused(
    message: Message, data: st.DataObject, value: Any
) -> None:
    body = json.loads(dump(message))
    body[data.draw(st.sampled_from(sorted(body)))] = value
    with suppress(Refused):
        assert load(json.dumps(body)) is not None


def test_each_process_has_a_channel_of_its_own() -> None:
    assert orders_channel("node-0") != orders_channel("node-1")
