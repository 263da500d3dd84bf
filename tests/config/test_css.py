"""Style sheets that hold for every direction of writing: what stands at the start is not said to stand at the left."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.stack import ROOT

SHEETS = sorted((ROOT / "static/css").glob("*.css"))
BOXES = {"margin", "padding", "inset", "border-width", "border-color", "border-style"}
START = "--start"
"""The one token that has to know the sides, for properties without a logical name."""


def declarations(css: str) -> Iterator[tuple[str, str]]:
    """Name and value of each, without comments."""
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    for name, value in re.findall(r"(?<=[{;\s])([-a-z]+)\s*:\s*([^;{}]+)(?=[;}])", bare):
        yield name, " ".join(value.split())


def one_sided(name: str, value: str) -> bool:
    """Whether the declaration tells left from right. The safe area may: it belongs to the device, not to the text."""
    plain = re.sub(r"env\(safe-area-inset-(left|right)\)", "env(side)", value)
    parts: list[str] = re.findall(r"(?:[^\s(]|\((?:[^()]|\([^()]*\))*\))+", plain)
    four = [*parts, *parts, *parts, *parts][:4] if len(parts) < 3 else [*parts, parts[1]]  # as CSS fills them up
    if name in BOXES:
        return four[1] != four[3]
    if name == "border-radius":
        return four[0] != four[1] or four[2] != four[3]
    return name != START and bool(re.search(r"\b(left|right)\b", f"{name} {plain}"))


def test_the_words_for_a_browser_that_is_too_old_need_nothing_that_it_may_not_know() -> None:
    (rule,) = re.findall(r"^\.old \{([^}]*)\}", (ROOT / "static/css/base.css").read_text(), re.MULTILINE)
    assert "#" in rule
    assert not re.search(r"light-dark|oklch|var\(|display|inline|block", rule)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: str(sheet.name))
def test_no_style_tells_left_from_right(sheet: Path) -> None:
    assert [f"{name}: {value}" for name, value in declarations(sheet.read_text()) if one_sided(name, value)] == []


@pytest.mark.parametrize(
    "declaration",
    [
        "margin-left: 1px",
        "right: 0",
        "text-align: left",
        "float: right",
        "transform-origin: left",
        "border-top-left-radius: 2px",
        "padding: 0 1px 0 2px",
        "padding: 0 max(1px, env(safe-area-inset-right)) 0 2px",
        "border-radius: 1px 0 0 1px",
    ],
)
def test_what_would_not_mirror_is_found(declaration: str) -> None:
    ((name, value),) = declarations(f"a {{ {declaration}; }}")
    assert one_sided(name, value)
