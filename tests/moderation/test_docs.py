"""docs/moderation.md says what the code does."""

from pathlib import Path

import pytest

from moderation.cases import APPEAL_FOR, IDLE, LIFE, WITHIN
from moderation.measures import RULES, Measure, Rule
from moderation.policies import SEVERITIES, Policy, Severity

PAGE = (Path(__file__).parents[2] / "docs" / "moderation.md").read_text(encoding="utf-8")


def test_the_life_of_a_case_on_the_page_is_the_one_in_the_code() -> None:
    rows = [f"| `{state}` | `{act}` | `{after}` | {by.value} |" for (state, act), (after, by) in LIFE.items()]
    assert "\n".join(rows) + "\n\n" in PAGE


@pytest.mark.parametrize("severity", Severity)
def test_every_severity_is_on_the_page_with_its_deadline_and_policies(severity: Severity) -> None:
    policies = ", ".join(f"`{policy}`" for policy in Policy if SEVERITIES[policy] is severity)
    hours = round(WITHIN[severity].total_seconds() / 3600)
    within = "1 hour" if hours == 1 else f"{hours} hours"
    assert f"| `{severity.name.lower()}` | {within} | {policies} |" in PAGE


@pytest.mark.parametrize("measure", Measure)
def test_every_measure_is_on_the_page_with_what_it_takes(measure: Measure) -> None:
    rule = RULES[measure]
    where, end = "a room" if rule.in_room else "anywhere", "yes" if rule.timed else "no"
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{measure}` |")]
    assert row.endswith(f"| {where} | {end} | {_alone(rule)} |")


def _alone(rule: Rule) -> str:
    if rule.second:
        return "a senior confirms"
    return f"up to {rule.longest.days} days; longer, a senior confirms" if rule.longest else "yes"


def test_the_times_on_the_page_are_those_of_the_code() -> None:
    assert (IDLE.total_seconds(), APPEAL_FOR.days) == (2 * 3600, 184)
    assert "for two hours" in PAGE
    assert "For 184 days a member may appeal once" in PAGE
