"""docs/goals.md and docs/walks.md name tests that exist."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
FLOWS = ROOT / "tests" / "flows"


def test_every_test_that_is_named_is_there() -> None:
    named = re.findall(r"`(tests/[^`]+\.py)`", (ROOT / "docs" / "goals.md").read_text(encoding="utf-8"))
    assert len(named) > 30
    assert [file for file in named if not (ROOT / file).is_file()] == []


def test_every_attack_and_goal_of_its_own_is_named() -> None:
    text = (ROOT / "docs" / "goals.md").read_text(encoding="utf-8")
    own = [*(ROOT / "tests/moderation/attacks").glob("test_*.py"), *(ROOT / "tests/moderation/goals").glob("test_*.py")]
    assert [file.name for file in own if file.name not in text] == []


def test_every_walk_that_is_named_is_there_and_every_one_of_firefox_is_named() -> None:
    text = (ROOT / "docs" / "walks.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:firefox/)?test_\w+\.py)`", text))
    assert len(named) > 20
    assert {file for file in named if not (FLOWS / file).is_file()} == set()
    assert {f"firefox/{file.name}" for file in (FLOWS / "firefox").glob("test_*.py")} <= named
