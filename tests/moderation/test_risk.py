"""How urgent a case looks."""

from dataclasses import fields, replace

from hypothesis import given
from hypothesis import strategies as some

from moderation.policies import Severity
from moderation.risk import Facts, points, risk

_SHARE = some.floats(0, 1)
_COUNT = some.integers(0, 10_000)
_FACTS = some.builds(
    Facts, some.sampled_from(Severity), _COUNT, history=_COUNT, words=_SHARE, sound=_SHARE, raid=_SHARE
)
PLAIN = Facts(Severity.NORMAL, reporters=1)


@given(_FACTS)
def test_risk_lies_between_nothing_and_a_hundred(facts: Facts) -> None:
    assert 0 <= risk(facts) <= 100


@given(_FACTS, some.sampled_from([field.name for field in fields(Facts)]))
def test_no_fact_makes_a_case_less_urgent(facts: Facts, name: str) -> None:
    most = {"severity": Severity.CRITICAL, "reporters": 10_000, "history": 10_000}.get(name, 1.0)
    assert risk(replace(facts, **{name: most})) >= risk(facts)  # type: ignore[arg-type]


def test_the_worst_is_a_hundred() -> None:
    assert risk(Facts(Severity.CRITICAL, 5, history=2, words=1.0, sound=1.0, raid=1.0)) == 100


def test_what_models_say_never_lifts_a_case_by_two_grades() -> None:
    shouted = replace(PLAIN, words=1.0, sound=1.0, raid=1.0)
    assert risk(shouted) < risk(replace(PLAIN, severity=Severity.CRITICAL))


def test_the_first_reporter_adds_nothing_and_each_other_does() -> None:
    assert points(PLAIN)["reporters"] == 0
    assert points(replace(PLAIN, reporters=3))["reporters"] == 10
    assert points(replace(PLAIN, reporters=0))["reporters"] == 0
