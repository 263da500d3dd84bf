"""The transparency report: numbers from lines of the log."""

from datetime import UTC, datetime, timedelta

from moderation.transparency import Line, hints, quality, report, rows

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def line(action: str, at: datetime, case: str = "1", decision: int = 1, **more: object) -> Line:
    return Line(action, at, case, detail={"decision": decision, "channel": "room", "ground": "terms"}, **more)  # type: ignore[arg-type]  # the words of `Line`


LIFE = [
    line("report.make", NOON, policy="hate"),
    line("case.open", NOON, policy="hate"),
    line("report.make", NOON + HOUR, policy="spam"),
    line("decision.make", NOON + 2 * HOUR, policy="hate", reason="suspend"),
    line("case.appeal", NOON + DAY),
    line("decision.undo", NOON + DAY + HOUR, policy="hate", reason="suspend"),
    line("appeal.overturned", NOON + DAY + HOUR, policy="hate", reason="suspend"),
    line("case.open", NOON + DAY, "2", policy="spam"),
    line("decision.make", NOON + DAY + 4 * HOUR, "2", 2, policy="spam", reason="mute", automated=True, model="crowd"),
]


def test_a_period_is_counted_by_policy_measure_ground_and_machine() -> None:
    told = report(LIFE, NOON, NOON + 7 * DAY)
    assert told["reports"] == {"total": 2, "by_policy": {"hate": 1, "spam": 1}, "by_channel": {"room": 2}}
    assert told["cases"] == {"opened": 2, "closed": 0}
    assert told["decisions"]["by_measure"] == {"mute": 1, "suspend": 1}
    assert told["decisions"]["by_ground"] == {"terms": 2}
    assert (told["decisions"]["total"], told["decisions"]["automated"], told["decisions"]["undone"]) == (2, 1, 1)
    assert told["appeals"] == {"made": 1, "upheld": 0, "overturned": 1}


def test_the_medians_reach_back_before_the_period() -> None:
    told = report(LIFE, NOON + HOUR, NOON + 7 * DAY)
    assert told["reports"]["total"] == 1
    assert told["median_seconds"] == {"report_to_decision": 3 * 3600, "appeal_to_answer": 3600}


def test_what_lies_outside_is_not_counted_and_nothing_gives_no_median() -> None:
    told = report(LIFE, NOON + 30 * DAY, NOON + 31 * DAY)
    assert told["decisions"]["total"] == 0
    assert told["median_seconds"] == {"report_to_decision": None, "appeal_to_answer": None}


def test_a_case_that_was_decided_as_it_was_opened_is_counted_and_has_no_part_in_a_median() -> None:
    period, ended = (NOON, NOON + 7 * DAY), line("decision.make", NOON + DAY, "3", 3, policy="hate", reason="end_room")
    at_once = [Line("case.open", NOON + DAY, "3", policy="hate", detail={"at_once": True}), ended]
    told = report([*LIFE, *at_once], *period)
    assert (told["cases"]["opened"], told["decisions"]["total"]) == (3, 3)
    assert told["median_seconds"] == report(LIFE, *period)["median_seconds"]
    assert report(at_once, *period)["median_seconds"]["report_to_decision"] is None


def test_the_quality_of_policies_and_of_reflexes_is_told_apart() -> None:
    assert quality(LIFE) == [
        {"kind": "policy", "name": "hate", "decisions": 1, "appeals": 1, "reversed": 1.0, "overturned": 1.0},
        {"kind": "reflex", "name": "crowd", "decisions": 1, "appeals": 0, "reversed": 0.0, "overturned": None},
    ]


def hint(case: str, model: str, score: int, kind: str = "sound") -> Line:
    return Line("case.hint", NOON, case, automated=True, model=model, score=score, detail={"kind": kind})


HINTS = [
    hint("1", "sound 1", 50),
    hint("1", "sound 1", 90),
    hint("2", "sound 1", 49),
    hint("2", "words 1", 80, "words"),
    hint("3", "sound 1", 100),
    hint("4", "sound 1", 70),
    hint("1", "pocketsphinx 5.1", 99, "transcript"),
    line("decision.make", NOON + DAY, "3", 3, policy="hate", reason="none"),
]


def test_every_model_is_told_by_what_became_of_the_cases_it_pointed_at() -> None:
    assert hints([*LIFE, *HINTS]) == [
        {"name": "sound 1", "cases": 3, "decided": 2, "dismissed": 0.5, "reversed": 0.5, "overturned": 0.5},
        {"name": "words 1", "cases": 1, "decided": 0, "dismissed": None, "reversed": None, "overturned": None},
    ]


def test_a_hint_changes_no_number_of_the_report_nor_of_policies_and_reflexes() -> None:
    period = NOON, NOON + 7 * DAY
    assert report([*LIFE, *HINTS[:-1]], *period) == report(LIFE, *period)
    assert quality([*LIFE, *HINTS[:-1]]) == quality(LIFE)


def test_a_table_has_every_number_by_its_path() -> None:
    table = dict(rows(report(LIFE, NOON, NOON + 7 * DAY)))
    assert table["decisions.by_measure.suspend"] == "1"
    assert table["appeals.overturned"] == "1"
    assert table["median_seconds.appeal_to_answer"] == "3600"
