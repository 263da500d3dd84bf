"""What the soak calls growth, and what it calls an error."""

import pytest

from benchmarks.soak import Sample, grown, tells_error


def samples(*readings: tuple[float, int]) -> list[Sample]:
    return [{"7 web": reading} for reading in readings for _ in range(10)]


def test_a_process_that_warms_up_and_then_stays_is_flat() -> None:
    assert grown(samples((40.0, 20), (100.0, 30), (101.0, 30)), 30) == []


@pytest.mark.parametrize("end", [(120.0, 30), (100.0, 40)])
def test_memory_or_descriptors_that_go_on_growing_are_told(end: tuple[float, int]) -> None:
    assert grown(samples((100.0, 30), (100.0, 30), end), 30) == ["7 web"]


def test_a_process_that_was_started_again_is_told() -> None:
    restarted: list[Sample] = [*samples((100.0, 30), (100.0, 30)), *[{"8 web": (100.0, 30)}] * 10]
    assert grown(restarted, 30) == ["7 web", "8 web"]


def test_the_table_says_how_much(capsys: pytest.CaptureFixture[str]) -> None:
    grown(samples((40.0, 20), (100.0, 30), (101.0, 30)), 30)
    assert "| 7 web | 100.0, 101.0 | +6.0 | 30, 30 | yes |" in capsys.readouterr().out


@pytest.mark.parametrize(
    "line", ['{"level": "error", "event": "x"}', '{"level": "critical"}', "Traceback (most recent call last):"]
)
def test_an_error_in_a_log_is_seen(line: str) -> None:
    assert tells_error(line)


@pytest.mark.parametrize("line", ['{"level": "info", "event": "Error"}', '{"level": "warning"}', "plain words", "3"])
def test_what_is_no_error_is_left_alone(line: str) -> None:
    assert not tells_error(line)
