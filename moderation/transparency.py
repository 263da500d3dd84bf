"""What moderation did in a period, from public fields of the log alone: a bundle gives the same report again. PURE.

The numbers are those that DSA Art. 15 and 24 ask for: what was reported and decided, by policy, measure and ground, how
much of it by machines, how long it took, and what became of appeals.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

ACTIONS = frozenset({
    "report.make",
    "case.open",
    "case.close",
    "case.appeal",
    "decision.make",
    "decision.undo",
    "appeal.upheld",
    "appeal.overturned",
})  # fmt: skip
"""The entries that a report counts."""
HINT = "case.hint"
POINTS = 50
"""A hint with a score of so many, out of 100, points at its case; a transcript's says how sure it is of the words."""

BEGINNINGS = frozenset({"case.open", "case.appeal"})
ANSWERS = frozenset({"decision.make", "appeal.upheld", "appeal.overturned"})
"""Between these of a case lies how long it took: a report counts the time of an answer, whenever the case began."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is read of an entry: `reason` is the measure of a decision, `model` the machine that decided or hinted."""

    action: str
    at: datetime
    case: str
    policy: str = ""
    reason: str = ""
    automated: bool = False
    model: str = ""
    score: int = 0
    detail: Mapping[str, Any] = field(default_factory=dict)


def line(fields: Mapping[str, Any], at: datetime) -> Line | None:
    """The line of an entry with these public fields, written down at this time; None for one that is not counted."""
    if fields["action"] not in ACTIONS | {HINT} or fields["result"] != "ok":
        return None
    return Line(
        fields["action"],
        at,
        str(fields.get("case", "")),
        str(fields.get("policy", "")),
        str(fields.get("reason", "")),
        bool(fields.get("automated")),
        str(fields.get("model", "")),
        fields.get("score") or 0,
        fields.get("detail", {}),
    )


def report(lines: Iterable[Line], start: datetime, end: datetime) -> dict[str, Any]:
    """The report on the time from `start` to before `end`, out of the log's lines in their order.

    Lines from before the period are needed for how long things took, and only for that.
    """
    known = list(lines)
    period = [line for line in known if start <= line.at < end]
    made = _of(period, "decision.make")
    return {
        "start": start.isoformat(),
        "end": end.isoformat(),
        "reports": {
            "total": len(_of(period, "report.make")),
            "by_policy": _count(line.policy for line in _of(period, "report.make")),
            "by_channel": _count(str(line.detail.get("channel", "")) for line in _of(period, "report.make")),
        },
        "cases": {"opened": len(_of(period, "case.open")), "closed": len(_of(period, "case.close"))},
        "decisions": {
            "total": len(made),
            "by_measure": _count(line.reason for line in made),
            "by_policy": _count(line.policy for line in made),
            "by_ground": _count(str(line.detail.get("ground", "")) for line in made),
            "automated": sum(line.automated for line in made),
            "undone": len(_of(period, "decision.undo")),
        },
        "appeals": {
            "made": len(_of(period, "case.appeal")),
            "upheld": len(_of(period, "appeal.upheld")),
            "overturned": len(_of(period, "appeal.overturned")),
        },
        "median_seconds": {
            "report_to_decision": _median(known, period, "case.open", "decision.make"),
            "appeal_to_answer": _median(known, period, "case.appeal", "appeal."),
        },
    }


def quality(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """For every policy, and every reflex of the server: how many decisions there were, and how many lasted.

    `reversed` is the share of decisions that were undone, `overturned` that of appeals that succeeded; None of none.
    """
    known = list(lines)
    subjects: dict[tuple[str, str], list[Line]] = {}
    for line in _of(known, "decision.make"):
        key = ("reflex", line.model) if line.automated else ("policy", line.policy)
        subjects.setdefault(key, []).append(line)
    return [_judged(kind, name, made, known) for (kind, name), made in sorted(subjects.items())]


def hints(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """For every model and its version: how many cases it pointed at, how many of them people decided, and how.

    `dismissed`, `reversed` and `overturned` are shares of those decided: nothing was found, it was undone, an appeal
    against it succeeded; None of none.
    """
    known = list(lines)
    made = [line for line in _of(known, "decision.make") if not line.automated]
    decisions, decided = {line.detail.get("decision") for line in made}, _cases(made)
    undone = [line for line in _of(known, "decision.undo") if line.detail.get("decision") in decisions]
    became = {
        "dismissed": _cases(line for line in made if line.reason == "none"),
        "reversed": _cases(undone),
        "overturned": _cases(_of(known, "appeal.overturned")),
    }
    pointed: dict[str, set[str]] = {}
    for line in _of(known, HINT):
        if line.score >= POINTS and line.detail.get("kind") != "transcript":
            pointed.setdefault(line.model, set()).add(line.case)
    return [
        {"name": model, "cases": len(cases), "decided": len(cases & decided)}
        | {what: _share(len(cases & decided & those), len(cases & decided)) for what, those in became.items()}
        for model, cases in sorted(pointed.items())
    ]


def rows(told: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """The report as lines of a table: the path of a number, and the number."""
    table: list[tuple[str, str]] = []
    for name, value in told.items():
        path = f"{prefix}.{name}" if prefix else name
        table += rows(value, path) if isinstance(value, Mapping) else [(path, "" if value is None else str(value))]
    return table


def _judged(kind: str, name: str, made: list[Line], known: list[Line]) -> dict[str, Any]:
    decisions = {line.detail.get("decision") for line in made}
    undone = [line for line in _of(known, "decision.undo") if line.detail.get("decision") in decisions]
    heard = [line for line in known if line.action.startswith("appeal.") and line.detail.get("decision") in decisions]
    lost = [line for line in heard if line.action == "appeal.overturned"]
    return {
        "kind": kind,
        "name": name,
        "decisions": len(made),
        "appeals": len(heard),
        "reversed": _share(len(undone), len(made)),
        "overturned": _share(len(lost), len(heard)),
    }


def _of(lines: Iterable[Line], action: str) -> list[Line]:
    return [line for line in lines if line.action == action]


def _cases(lines: Iterable[Line]) -> set[str]:
    return {line.case for line in lines}


def _count(values: Iterable[str]) -> dict[str, int]:
    counted = Counter(values)
    return {value: counted[value] for value in sorted(counted)}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _median(known: list[Line], period: list[Line], first: str, last: str) -> int | None:
    """Seconds from a case's newest `first`, or from an appeal, to what came of it in the period.

    A case that was opened and decided at once took none: it would say that whoever reports is answered sooner.
    """
    began: dict[tuple[str, object], datetime] = {}
    spans = []
    within = {id(line) for line in period}
    for line in known:
        about = line.case, line.detail.get("appeal")
        if line.action == first and not line.detail.get("at_once"):
            began[about] = line.at
        elif line.action.startswith(last) and about in began and id(line) in within:
            spans.append((line.at - began.pop(about)).total_seconds())
    return round(median(spans)) if spans else None
