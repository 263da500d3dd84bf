"""Entries in foreign schemas: every line is held against what the schemas' own texts demand."""

import json
import re
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.audit import formats

GOLDEN = Path(__file__).parents[2] / "golden/log"
OCSF = json.loads((GOLDEN / "ocsf.json").read_text())
ECS = json.loads((GOLDEN / "ecs.json").read_text())

WHOLE = {
    "schema": 4,
    "event": "0123456789abcdef0123456789abcdef",
    "severity": "warning",
    "occurred_at": "2026-11-25T19:46:01.123456Z",
    "recorded_at": "2026-11-25T19:46:01.223456Z",
    "kind": "person",
    "role": "host",
    "action": "member.mute",
    "object_type": "member",
    "room": "r1",
    "case": "c1",
    "policy": "harassment",
    "result": "refused",
    "reason": "rank",
    "purpose": "service",
    "consent": "2026-11-01",
    "factors": "password+totp",
    "evidence": ["5ea1ed"],
    "automated": True,
    "score": 610,
    "channel": "websocket",
    "correlation": "5e1f00d5",
    "host": "web-1",
    "version": "0.1.0",
    "detail": {"seconds": 60, "note": 'a=b|c\\d\n"e" 您好'},
    "actor": "alice-uid",
    "object": "bob-uid",
    "address": "192.0.2.7",
    "port": 51234,
    "destination": "198.51.100.1:443",
    "user_agent": "Mozilla/5.0 (X11; Linux) | = \\ \r\n CEF:0|fake",
    "session": "abcd",
    "before": "be0f0e",
    "after": "af7e12",
}
ERASED = {key: WHOLE[key] for key in ("schema", "event", "occurred_at", "action", "result", "channel")}
EVENTS = [
    WHOLE,
    ERASED,
    WHOLE | {"action": "account.sign_in", "address": "2001:db8::1", "destination": "[2001:db8::2]:443"},
    ERASED | {"action": "account.sign_out", "result": "ok"},
    WHOLE | {"action": "invite.revoke", "severity": "error", "destination": "stoa.example.org:443"},
    WHOLE | {"action": "log.search", "result": "ok", "severity": "info", "object": None, "object_id": "x"},
]


def fault(kind: Any, value: Any, schema: dict[str, Any], path: str = "") -> str | None:
    """What is wrong with a value that OCSF gives this type."""
    if isinstance(kind, list):
        return next(filter(None, (fault(kind[0], item, schema, path) for item in value)), None)
    if kind in ("string", "integer", "object"):
        good = type(value) is {"string": str, "integer": int, "object": dict}[kind]
        return None if good else f"{path} is no {kind}"
    shape = schema["objects"][kind]
    return shape_fault(shape | {"attributes": shape["attributes"]}, value, schema, path)


def shape_fault(shape: dict[str, Any], value: dict[str, Any], schema: dict[str, Any], path: str) -> str | None:
    for name in shape.get("required", []):
        if name not in value:
            return f"{path}.{name} is missing"
    if shape.get("at_least_one") and not set(shape["at_least_one"]) & set(value):
        return f"{path} has none of {shape['at_least_one']}"
    for name, item in value.items():
        if name not in shape["attributes"]:
            return f"{path}.{name} is not in the schema"
        if found := fault(shape["attributes"][name], item, schema, f"{path}.{name}"):
            return found
    return None


@pytest.mark.parametrize("fields", EVENTS, ids=lambda fields: fields["action"])
class TestOcsf:
    def test_every_attribute_is_one_of_the_class_and_none_that_is_required_is_missing(
        self, fields: dict[str, Any]
    ) -> None:
        event = json.loads(formats.ocsf(7, fields))
        rules = OCSF["classes"][str(event["class_uid"])]
        assert shape_fault(rules | {"attributes": OCSF["attributes"]}, event, OCSF, "event") is None

    def test_numbers_are_those_of_the_class(self, fields: dict[str, Any]) -> None:
        event = json.loads(formats.ocsf(7, fields))
        rules = OCSF["classes"][str(event["class_uid"])]
        assert event["category_uid"] == rules["category_uid"]
        assert event["activity_id"] in rules["activity_id"]
        assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
        assert event["severity_id"] in OCSF["severity_id"]
        assert event["status_id"] in OCSF["status_id"]
        assert event["activity_id"] != 99 or event["activity_name"] == fields["action"]

    def test_time_is_in_milliseconds_and_the_place_in_the_log_is_the_sequence(self, fields: dict[str, Any]) -> None:
        event = json.loads(formats.ocsf(7, fields))
        assert (event["time"], event["metadata"]["sequence"]) == (1795635961123, 7)


@pytest.mark.parametrize(
    ("action", "activity"),
    [
        ("room.open", 1),
        ("report.make", 1),
        ("log.hold", 1),
        ("evidence.open", 2),
        ("person.unmask", 2),
        ("member.ban", 3),
        ("log.release", 3),
        ("evidence.destroy", 4),
        ("server.beat", 99),
    ],
)
def test_an_act_is_the_activity_that_a_collector_would_look_for(action: str, activity: int) -> None:
    assert json.loads(formats.ocsf(7, WHOLE | {"action": action}))["activity_id"] == activity


def flat(value: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, item in value.items():
        found |= flat(item, f"{prefix}{name}.") if isinstance(item, dict) else {prefix + name: item}
    return found


def is_kind(kind: Any, value: Any) -> bool:
    if isinstance(kind, list):
        return isinstance(value, list) and all(is_kind(kind[0], item) for item in value)
    if kind == "long":
        return type(value) is int
    if kind == "date":
        return datetime.fromisoformat(value).tzinfo is not None
    return isinstance(value, str) and (kind != "ip" or bool(ip_address(value)))


@pytest.mark.parametrize("fields", EVENTS, ids=lambda fields: fields["action"])
class TestEcs:
    def test_every_field_is_one_of_ecs_or_stands_under_our_name(self, fields: dict[str, Any]) -> None:
        for name, value in flat(json.loads(formats.ecs(7, fields))).items():
            assert name.startswith("stoa.") or is_kind(ECS["fields"][name], value), (name, value)

    def test_categories_have_allowed_values(self, fields: dict[str, Any]) -> None:
        event = json.loads(formats.ecs(7, fields))["event"]
        assert event["kind"] in ECS["allowed"]["event.kind"]
        assert event["outcome"] in ECS["allowed"]["event.outcome"]
        for category in event.get("category", []):
            assert category in ECS["allowed"]["event.category"]
            assert set(event["type"]) <= set(ECS["expected_types"][category])


def parsed(line: str) -> tuple[list[str], dict[str, str]]:
    """The header and the extension of a CEF line, read as a collector reads them."""
    *header, extension = re.split(r"(?<!\\)(?:\\\\)*\|", line, maxsplit=7)
    pairs = re.findall(r"(\w+)=((?:\\.|[^=\\])*)(?= \w+=|$)", extension)
    return header, {
        key: re.sub(r"\\(.)", lambda m: {"n": "\n", "r": "\r"}.get(m[1], m[1]), value) for key, value in pairs
    }


@pytest.mark.parametrize("fields", EVENTS, ids=lambda fields: fields["action"])
class TestCef:
    def test_it_is_one_line_with_seven_header_fields(self, fields: dict[str, Any]) -> None:
        line = formats.cef(7, fields)
        header, _ = parsed(line)
        assert "\n" not in line
        assert "\r" not in line
        assert header[:3] == ["CEF:0", "Stoa", "Stoa"]
        assert header[4:6] == [fields["action"]] * 2
        assert 0 <= int(header[6]) <= 10

    def test_a_collector_reads_back_what_was_written(self, fields: dict[str, Any]) -> None:
        _, extension = parsed(formats.cef(7, fields))
        for key, name in (("suid", "actor"), ("requestClientApplication", "user_agent"), ("externalId", "event")):
            assert extension.get(key) == fields.get(name)
        assert extension["cn1"] == "7"
        assert json.loads(extension["msg"]).get("detail") == fields.get("detail")

    def test_an_address_stands_where_its_kind_belongs(self, fields: dict[str, Any]) -> None:
        _, extension = parsed(formats.cef(7, fields))
        address = fields.get("address", "")
        assert (extension.get("c6a2") if ":" in address else extension.get("src")) == (address or None)


ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(ANY, ANY, ANY, ANY)
def test_whatever_stands_in_the_fields_is_one_line_and_read_back(agent: str, actor: str, room: str, note: str) -> None:
    fields = WHOLE | {"user_agent": agent, "actor": actor, "room": room, "detail": {"note": note}, "reason": room}
    for write in formats.FORMATS.values():
        assert not set(write(7, fields)) & {"\n", "\r"}
    assert json.loads(formats.ecs(7, fields)).get("user", {}).get("id", "") == actor
    assert json.loads(formats.ocsf(7, fields))["unmapped"]["detail"] == {"note": note}
    _, extension = parsed(formats.cef(7, fields))
    assert extension.get("suid", "") == actor
    assert extension.get("requestClientApplication", "") == agent
    assert extension.get("cs1", "") == room


@pytest.mark.parametrize(
    ("destination", "expected"),
    [
        ("198.51.100.1:443", {"dst": "198.51.100.1", "dpt": "443"}),
        ("[2001:db8::2]:443", {"c6a3": "2001:db8::2", "dpt": "443"}),
        ("stoa.example.org:443", {"dhost": "stoa.example.org", "dpt": "443"}),
        ("/run/stoa.sock:", {"dhost": "/run/stoa.sock"}),
        ("", {}),
    ],
)
def test_where_an_act_was_sent_to_is_in_every_format(destination: str, expected: dict[str, str]) -> None:
    fields = WHOLE | {"destination": destination}
    _, extension = parsed(formats.cef(7, fields))
    assert {key: extension[key] for key in ("dst", "c6a3", "dhost", "dpt") if key in extension} == expected
    values = set(expected.values()) - {"443"}
    ecs = json.loads(formats.ecs(7, fields)).get("destination", {})
    assert {ecs[key] for key in ("ip", "domain") if key in ecs} == values
    ocsf = json.loads(formats.ocsf(7, fields))["dst_endpoint"]
    assert {ocsf[key] for key in ("ip", "domain") if key in ocsf} == values


def test_json_lines_carry_our_own_fields() -> None:
    assert json.loads(formats.jsonl(7, WHOLE)) == {"index": 7, **WHOLE}


def test_an_erased_field_leaves_nothing_behind_in_any_format() -> None:
    for write in formats.FORMATS.values():
        assert "alice" not in write(7, ERASED)
        assert "192.0.2.7" not in write(7, ERASED)


@pytest.mark.parametrize("name", ["kind", "purpose", "consent", "factors", "evidence", "before", "after"])
def test_why_it_was_and_what_became_of_it_reaches_every_collector(name: str) -> None:
    _, extension = parsed(formats.cef(7, WHOLE))
    told = (
        json.loads(formats.jsonl(7, WHOLE)),
        json.loads(formats.ocsf(7, WHOLE))["unmapped"],
        json.loads(formats.ecs(7, WHOLE))["stoa"],
        json.loads(extension["msg"]),
    )
    assert [line[name] for line in told] == [WHOLE[name]] * 4
