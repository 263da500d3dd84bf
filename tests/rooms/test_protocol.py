"""Messages in, events out, and fold."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms import protocol
from rooms.protocol import (
    LeaveMessage,
    MoveMessage,
    OfferMessage,
    PongMessage,
    ReactMessage,
    SnapshotMessage,
    fold,
    parse,
)
from rooms.reactions import Reaction
from rooms.roles import Code, Move, Rank, Refused, Stage

anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
kinds = st.sampled_from(["move", "media.offer", "snapshot", "pong", "leave", "react", "welcome", ""])
nearly = st.fixed_dictionaries(
    {"type": kinds | anything},
    optional={
        "id": anything | st.integers(0, 9),
        "move": anything | st.sampled_from(list(Move)),
        "member": anything | st.integers(0, 9),
        "sdp": anything,
        "reaction": anything | st.sampled_from(list(Reaction)),
        "more": anything,
    },
)


def refusal(text: str) -> Code:
    with pytest.raises(Refused) as caught:
        parse(text)
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"type":"move","move":"raise_hand","id":3}', MoveMessage(3, Move.RAISE_HAND, None)),
        ('{"type":"move","move":"mute","member":2}', MoveMessage(None, Move.MUTE, 2)),
        ('{"type":"media.offer","sdp":"v=0"}', OfferMessage(None, "v=0")),
        ('{"type":"snapshot","id":0}', SnapshotMessage(0)),
        ('{"type":"pong"}', PongMessage(None)),
        ('{"type":"leave"}', LeaveMessage(None)),
        ('{"type":"react","reaction":"clap"}', ReactMessage(None, Reaction.CLAP)),
    ],
)
def test_what_the_protocol_allows_is_parsed(text: str, message: protocol.Message) -> None:
    assert parse(text) == message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"type":"dance"}',
        '{"type":"move"}',
        '{"type":"move","move":"fly"}',
        '{"type":"move","move":"mute","member":true}',
        '{"type":"move","move":"mute","member":-1}',
        '{"type":"pong","id":1.0}',
        '{"type":"pong","extra":1}',
        '{"type":"media.offer","sdp":""}',
        '{"type":"react"}',
        '{"type":"react","reaction":"hiss"}',
        '{"type":"react","reaction":["clap"]}',
        '{"type":"react","reaction":"clap","count":9}',
        "[" * 60_000,
    ],
)
def test_what_the_protocol_does_not_allow_is_refused(text: str) -> None:
    assert refusal(text) is Code.BAD_MESSAGE


def test_what_is_too_large_is_refused_as_such() -> None:
    assert refusal(" " * (protocol.MAX_MESSAGE + 1)) is Code.TOO_LARGE
    assert refusal(json.dumps({"type": "media.offer", "sdp": "x" * (protocol.MAX_SDP + 1)})) is Code.TOO_LARGE


@given(st.text() | nearly.map(json.dumps) | anything.map(json.dumps))
def test_a_text_is_a_message_or_refused_and_never_anything_else(text: str) -> None:
    with suppress(Refused):
        assert isinstance(parse(text), protocol.Message)


views = st.builds(
    protocol.member_view,
    st.integers(1, 5),
    st.just("0123456789abcdef"),
    st.text(max_size=5),
    st.sampled_from(["", "/avatars/0123456789abcdef/0123456789abcdef.webp"]),
    st.booleans(),
    st.sampled_from(Rank),
    st.sampled_from([stage.value for stage in Stage]),
    st.booleans(),
    st.none() | st.integers(0, 99),
)
events = st.one_of(
    views.map(protocol.member),
    st.integers(1, 5).map(lambda number: protocol.left(number, "left")),
    st.sampled_from(["", "https://example.org"]).map(
        lambda link: protocol.room({"id": "r", "link": link, "state": "live"})
    ),
    st.just(protocol.ended("host")),
)


@given(st.lists(events))
def test_folding_events_twice_or_late_changes_nothing(said: list[protocol.Event]) -> None:
    state: protocol.Event = protocol.snapshot(0, {"id": "r", "state": "live"}, [], 0)
    numbered = [{**event, "seq": number} for number, event in enumerate(said, 1)]
    for event in numbered:
        state = fold(state, event)
        assert fold(state, event) == state
    for event in numbered:
        assert fold(state, event) == state


@given(st.lists(events))
def test_the_audience_without_a_rank_is_never_in_the_list(said: list[protocol.Event]) -> None:
    state: protocol.Event = protocol.snapshot(0, {"id": "r", "state": "live"}, [], 0)
    for number, event in enumerate(said, 1):
        state = fold(state, {**event, "seq": number})
    assert all(one["stage"] != "audience" or one["rank"] != "member" for one in state["members"])
    numbers = [one["number"] for one in state["members"]]
    assert numbers == sorted(set(numbers))


def test_the_audience_is_only_a_number() -> None:
    state = protocol.snapshot(4, {"id": "r"}, [], 1)
    assert fold(state, {"type": "audience", "listening": 9}) == {**state, "listening": 9}


def test_news_is_what_a_snapshot_does_not_hold_yet() -> None:
    assert protocol.is_news('{"type":"left","seq":5}', 4)
    assert not protocol.is_news('{"type":"left","seq":4}', 4)
    assert protocol.is_news('{"type":"audience","listening":1}', 4)


def test_slow_mode_is_read_from_what_is_told_of_a_room_and_from_nothing_else() -> None:
    room = protocol.dump({**protocol.room({"id": "r", "slow": 30}), "seq": 5})
    assert protocol.pace(room) == (5, 30)
    others = (protocol.ended("host"), protocol.measure("mute", '{"type":"room"'), protocol.left(1, "left"))
    assert all(protocol.pace(protocol.dump(event)) is None for event in others)


def test_a_measure_leads_to_its_decision_where_there_is_one() -> None:
    assert protocol.measure("mute", "why", 7)["url"] == "/privacy/decisions/7/"
    assert (protocol.measure("mute", "why")["decision"], protocol.measure("mute", "why")["url"]) == (None, "")
