import json

from moderation.review.counts import counted, tally

START, END = "2026-11-01T00:00:00.000000Z", "2026-12-01T00:00:00.000000Z"


def line(index: int, action: str, at: str, result: str = "ok") -> str:
    leaf = json.dumps({"action": action, "result": result, "recorded_at": at})
    return json.dumps({"index": index, "leaf": leaf, "openings": {}})


def test_the_numbers_say_how_often_each_act_ended_how() -> None:
    rows = [("room.open", "ok", 2), ("account.sign_in", "ok", 3), ("account.sign_in", "refused", 1)]
    assert tally(rows) == {
        "entries": 6,
        "refused": 1,
        "acts": {"account.sign_in": {"ok": 3, "refused": 1}, "room.open": {"ok": 2}},
    }


def test_a_bundle_gives_the_same_numbers_whatever_the_order_of_its_lines() -> None:
    lines = [line(0, "room.open", START), line(1, "room.end", START, "refused"), line(2, "room.open", START)]
    expected = tally([("room.open", "ok", 2), ("room.end", "refused", 1)])
    assert counted(lines, START, END, 3) == counted(lines[::-1], START, END, 3) == expected


def test_what_lies_outside_of_the_period_or_the_checkpoint_is_not_counted() -> None:
    before, after = "2026-10-31T23:59:59.999999Z", END
    lines = [line(0, "a", before), line(1, "a", START), line(2, "a", after), line(3, "a", START)]
    assert counted(lines, START, END, 3)["entries"] == 1
