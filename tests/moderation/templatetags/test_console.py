"""Where the console says that one may go, and its own words."""

import pytest

from accounts.models import User
from moderation import cases
from moderation.models import Hint, Kind
from moderation.staff import Act, Role
from moderation.templatetags.console import WAYS, remarks, told, ways, why
from tests.moderation.desk import moderator

pytestmark = pytest.mark.django_db


def shown(user: User, path: str = "/console/") -> dict[str, list[str]]:
    """The groups and their pages."""
    return {group.words: [way.words for way in group.ways] for group in ways(user, path, {})}


def here(user: User, path: str) -> list[str]:
    """What is marked: a group, and a page in it."""
    groups = [group for group in ways(user, path, {}) if group.here]
    return [group.words for group in groups] + [way.words for group in groups for way in group.ways if way.here]


def test_a_senior_finds_every_page_in_its_group() -> None:
    found = shown(moderator("Femi", Role.SENIOR))
    assert list(found) == [str(words) for words, _ in WAYS]
    assert sum(map(len, found.values())) == sum(len(pages) for _, pages in WAYS)


def test_a_group_with_one_open_page_bears_its_name() -> None:
    found = shown(moderator("Dana"))
    assert found["Controls"] == ["Controls"]
    assert found["Rules"] == ["Rules"]
    assert "Requests" not in found


def test_a_group_counts_what_waits_on_its_pages() -> None:
    groups = ways(moderator("Femi", Role.SENIOR), "/console/", {"console_names": 2, "console_data": 1})
    assert {group.words: group.waiting for group in groups if group.waiting} == {"Requests": 3}
    assert [way.waiting for group in groups if group.words == "Requests" for way in group.ways] == [2, 1, 0]


def test_nobody_finds_anything_without_a_role() -> None:
    assert shown(User.objects.create_user("mallory")) == {}


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/console/", ["Overview", "Overview"]),
        ("/console/cases/", ["Work", "Cases"]),
        ("/console/cases/7/", ["Work", "Cases"]),
        ("/console/log/12/", ["Record", "Log"]),
    ],
)
def test_one_sees_where_one_is_also_below_a_page(path: str, marked: list[str]) -> None:
    assert here(moderator("Femi", Role.SENIOR), path) == marked


@pytest.mark.parametrize(
    "action",
    [f"case.{act}" for act in cases.Act] + [act for act in Act if act.startswith(("case.", "decision.", "appeal."))],
)
def test_every_act_on_a_case_is_told_in_words(action: str) -> None:
    assert told(action) != action


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("ban", "Banned from this server"),
        ("not_claimed", "Claim the case first."),
        ("idle", "nobody went on with it"),
        ("stray", "stray"),
    ],
)
def test_a_reason_is_told_in_words_and_one_that_has_none_as_it_stands(reason: str, words: str) -> None:
    assert why(reason) == words


def test_of_a_room_each_thing_that_models_noticed_is_told_once() -> None:
    loud = Hint(kind=Kind.SOUND, score=0.4, facts={"flags": ["bursts"]})
    both = Hint(kind=Kind.SOUND, score=0.6, facts={"flags": ["bursts", "tone"]})
    still = Hint(kind=Kind.SOUND, score=0.0, facts={"flags": []})
    raid = Hint(kind=Kind.PATTERN, score=0.3, facts={"joined": 7})
    assert remarks([both, loud, raid, still, raid]) == ["loud bursts", "a long tone", "7 people of one branch joined"]
