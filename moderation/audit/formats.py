"""An entry in the words of other tools: JSON lines, OCSF, ECS and CEF.

Each takes the entry's index and its fields, of which every personal one may be missing, and returns one line.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any

from moderation.audit.verify import canonical

OCSF_VERSION, ECS_VERSION = "1.5.0", "8.11.0"
Fields = Mapping[str, Any]

_MAPPED = {"schema", "event", "severity", "occurred_at", "recorded_at", "action", "actor", "role", "result", "reason"}
_MAPPED |= {"address", "port", "destination", "user_agent", "correlation", "host", "version"}


def jsonl(index: int, fields: Fields) -> str:
    """Our own fields, in canonical JSON."""
    return canonical({"index": index, **fields})


# ---- OCSF: Authentication (3002), and for all else API Activity (6003), by what the action does ----

_API, _AUTHENTICATION = (6, 6003), (3, 3002)
_LOGONS = MappingProxyType({"account.sign_in": 1, "account.sign_out": 2})
_CREATE, _READ, _UPDATE, _DELETE, _OTHER = 1, 2, 3, 4, 99
_ACTIVITIES = MappingProxyType(
    {
        _CREATE: {
            *("create", "open", "issue", "grant", "submit", "connect", "join", "report", "ask", "run", "file"),
            *("make", "seal", "hold", "block"),
        },
        _READ: {"read", "search", "export", "list", "observe", "proof", "unmask", "take"},
        _UPDATE: {
            *("update", "change", "accept", "decide", "mend", "password", "picture", "rank", "mute", "unmute"),
            *("ban", "readmit", "suspend", "restore", "release"),
        },
        _DELETE: {
            *("delete", "erase", "prune", "revoke", "remove", "end", "close", "leave", "reset"),
            *("destroy", "forget", "unblock"),
        },
    }
)
_HEARD = MappingProxyType({"evidence.open": _READ})  # nothing begins: somebody hears it
_OCSF_SEVERITY = MappingProxyType({"info": 1, "warning": 3, "error": 4})


def ocsf(index: int, fields: Fields) -> str:
    """An event of the Open Cybersecurity Schema Framework."""
    action = fields["action"]
    (category, kind), activity = (_AUTHENTICATION, _LOGONS[action]) if action in _LOGONS else (_API, _verb(action))
    user = _given(uid=fields.get("actor") or fields.get("object"))
    return _json(
        class_uid=kind,
        category_uid=category,
        activity_id=activity,
        activity_name=action if activity == _OTHER else None,
        type_uid=kind * 100 + activity,
        time=_milliseconds(fields["occurred_at"]),
        severity_id=_OCSF_SEVERITY[fields.get("severity", "info")],
        status_id=1 if fields["result"] == "ok" else 2,
        status=fields["result"],
        status_detail=fields.get("reason"),
        metadata=_given(
            version=OCSF_VERSION,
            product=_given(name="Stoa", vendor_name="Stoa", version=fields.get("version")),
            uid=fields["event"],
            correlation_uid=fields.get("correlation"),
            sequence=index,
            log_name="audit",
            logged_time=_milliseconds(fields.get("recorded_at", fields["occurred_at"])),
        ),
        api={"operation": action} if kind == _API[1] else None,
        user=(user or {"name": "unknown"}) if kind == _AUTHENTICATION[1] else None,
        service={"name": "stoa"} if kind == _AUTHENTICATION[1] else None,
        actor=_given(app_name="stoa", user=_given(uid=fields.get("actor")), session=_given(uid=fields.get("session"))),
        src_endpoint=_given(svc_name=fields["channel"], ip=fields.get("address"), port=fields.get("port")),
        dst_endpoint=_given(hostname=fields.get("host"), **_place(fields)),
        http_request=_given(user_agent=fields.get("user_agent")),
        resources=[_given(type=fields.get("object_type"), uid=_object(fields))] if _object(fields) else None,
        unmapped=_rest(fields),
    )


def _verb(action: str) -> int:
    """Which of OCSF's activities the action is, by its last word, but for what is only heard."""
    verb = action.rpartition(".")[2]
    named = (number for number, verbs in _ACTIVITIES.items() if verb in verbs)
    return _HEARD.get(action) or next(named, _OTHER)


# ---- ECS: categories only where ECS has one, with the types it expects there ----

_IAM = MappingProxyType({_CREATE: "creation", _READ: "info", _UPDATE: "change", _DELETE: "deletion", _OTHER: "info"})
_FAMILIES = frozenset({"account", "invite", "staff"})
_SIGN_INS = MappingProxyType({"account.sign_in": "start", "account.sign_out": "end"})
_ECS_SEVERITY = MappingProxyType({"info": 6, "warning": 4, "error": 3})  # syslog's numbers


def ecs(index: int, fields: Fields) -> str:
    """An event of the Elastic Common Schema."""
    category, kind = _ecs_category(fields["action"])
    event = _given(
        kind="event",
        action=fields["action"],
        category=category,
        type=kind,
        id=fields["event"],
        sequence=index,
        created=fields.get("recorded_at"),
        severity=_ECS_SEVERITY[fields.get("severity", "info")],
        outcome="success" if fields["result"] == "ok" else "failure",
        reason=fields.get("reason"),
        dataset="stoa.audit",
    )
    return _json(
        **{"@timestamp": fields["occurred_at"]},
        ecs={"version": ECS_VERSION},
        event=event,
        user=_given(id=fields.get("actor"), roles=[fields["role"]] if fields.get("role") else None),
        source=_given(ip=fields.get("address"), port=fields.get("port")),
        destination=_place(fields),
        user_agent=_given(original=fields.get("user_agent")),
        trace=_given(id=fields.get("correlation")),
        service=_given(name="stoa", version=fields.get("version")),
        host=_given(name=fields.get("host")),
        stoa=_rest(fields),
    )


def _ecs_category(action: str) -> tuple[list[str], list[str]]:
    if action in _SIGN_INS:
        return ["authentication"], [_SIGN_INS[action]]
    if action.partition(".")[0] in _FAMILIES:
        return ["iam"], [_IAM[_verb(action)]]
    return [], []


# ---- CEF ----

_CEF_SEVERITY = MappingProxyType({"info": 2, "warning": 6, "error": 8})
_CEF_LABELS = MappingProxyType(
    {"cs1": "room", "cs2": "case", "cs3": "policy", "cs4": "object", "cs5": "channel", "cs6": "correlation"}
)


_CEF_PLACED = _MAPPED | set(_CEF_LABELS.values()) | {"object_id", "commitments"}


def cef(index: int, fields: Fields) -> str:
    """A line of the Common Event Format."""
    action, address = fields["action"], fields.get("address")
    header = ("Stoa", "Stoa", fields.get("version", ""), action, action, _CEF_SEVERITY[fields.get("severity", "info")])
    values = _given(
        rt=_milliseconds(fields["occurred_at"]),
        externalId=fields["event"],
        cn1=index,
        cn1Label="index",
        suid=fields.get("actor"),
        spriv=fields.get("role"),
        spt=fields.get("port"),
        dvchost=fields.get("host"),
        requestClientApplication=fields.get("user_agent"),
        outcome=fields["result"],
        reason=fields.get("reason"),
        msg=_json(**_rest(fields, _CEF_PLACED)),
    )
    values |= _cef_address(address, "src", "c6a2", "Source IPv6 Address")
    place = _place(fields)
    values |= _cef_address(place.get("ip"), "dst", "c6a3", "Destination IPv6 Address")
    values |= _given(dhost=place.get("domain"), dpt=place.get("port"))
    custom = {key: _object(fields) if name == "object" else fields.get(name) for key, name in _CEF_LABELS.items()}
    for key, value in _given(**custom).items():
        values |= {key: value, f"{key}Label": _CEF_LABELS[key]}
    extension = " ".join(f"{key}={_cef_value(value)}" for key, value in values.items())
    return f"CEF:0|{'|'.join(map(_cef_header, header))}|{extension}"


def _cef_address(address: object, four: str, six: str, label: str) -> dict[str, object]:
    """The address under the key for its kind: CEF has one of its own for IPv6, with a label."""
    if not address:
        return {}
    return {four: address} if ip_address(str(address)).version == 4 else {six: address, f"{six}Label": label}


def _cef_header(value: object) -> str:
    return re.sub(r"[\\|]", r"\\\g<0>", _one_line(value))


def _cef_value(value: object) -> str:
    return re.sub(r"[\\=]", r"\\\g<0>", str(value)).replace("\n", "\\n").replace("\r", "\\r")


def _one_line(value: object) -> str:
    return re.sub(r"[\r\n]+", " ", str(value))


# ---- what they share ----


def _given(**values: object) -> dict[str, object]:
    """The values that there are."""
    return {name: value for name, value in values.items() if value not in (None, "", {}, [])}


def _json(**values: object) -> str:
    return json.dumps(_given(**values), ensure_ascii=False, separators=(",", ":"))


def _milliseconds(moment: str) -> int:
    return round(datetime.fromisoformat(moment).timestamp() * 1000)


def _object(fields: Fields) -> str | None:
    """The id of what was acted on: a thing's is public, a person's is open or not."""
    return fields.get("object_id") or fields.get("object")


def _place(fields: Fields) -> dict[str, object]:
    """Where the act was sent to, as far as it is known: `ip` or `domain`, and `port`."""
    host, _, port = str(fields.get("destination") or "").rpartition(":")
    host = host.strip("[]")
    try:
        ip_address(host)
        kind = "ip"
    except ValueError:
        kind = "domain"
    return _given(**{kind: host, "port": int(port) if port.isascii() and port.isdigit() else None})


def _rest(fields: Fields, placed: Collection[str] = _MAPPED) -> dict[str, object]:
    """The fields that have no place of their own in a foreign schema, under our names."""
    return {name: value for name, value in fields.items() if name not in placed}


FORMATS: Mapping[str, Callable[[int, Fields], str]] = MappingProxyType(
    {"jsonl": jsonl, "ocsf": ocsf, "ecs": ecs, "cef": cef}
)


def line(name: str, index: int, fields: Fields) -> str:
    """The entry in this format; in our own words where no honest caller wrote it: it keeps none after it waiting."""
    try:
        return FORMATS[name](index, fields)
    except (KeyError, TypeError, ValueError):
        return jsonl(index, fields)
