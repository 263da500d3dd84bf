import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles import finders
from pytest_django.fixtures import Settings

from config import static


@pytest.fixture
def site(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """A small site of its own: a page script that imports a helper."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "page.js").write_text('import { hello } from "./helper.js";\nhello();\n')
    (source / "helper.js").write_text("export function hello() {}\n")
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "config.static.ModuleStorage"}}
    finders.get_finder.cache_clear()  # type: ignore[attr-defined]  # an lru_cache, which the stubs hide
    yield source
    finders.get_finder.cache_clear()  # type: ignore[attr-defined]  # an lru_cache, which the stubs hide


def test_modules_import_each_other_by_their_hashed_names(site: Path, settings: Settings) -> None:
    assert static.collect()
    root = Path(settings.STATIC_ROOT)
    names = json.loads((root / "staticfiles.json").read_text())["paths"]
    assert f'from "./{names["helper.js"]}"' in (root / names["page.js"]).read_text()


def test_nothing_is_collected_again_until_something_changes(site: Path) -> None:
    assert [static.collect(), static.collect()] == [True, False]
    (site / "helper.js").write_text("export function hello() { return 1; }\n")
    assert [static.collect(), static.collect()] == [True, False]


def test_a_file_that_goes_counts_as_a_change(site: Path) -> None:
    (site / "more.css").write_text("p { margin: 0 }")
    before = static.fingerprint()
    (site / "more.css").unlink()
    assert static.fingerprint() != before


def test_scripts_are_served_without_their_comments_and_otherwise_as_they_are(site: Path, settings: Settings) -> None:
    code = 'export const a = "// no comment"; // after code it stays\n/** @type {string} */ (b).c();\n'
    (site / "helper.js").write_text(f"// why\n  /**\n   * @param {{string}} b\n   */\n{code}")
    assert static.collect()
    served = (Path(settings.STATIC_ROOT) / "helper.js").read_text()
    assert served == code


def needed(path: Path, seen: set[Path]) -> set[Path]:
    """The module at `path` and all that it imports, added to `seen`."""
    if path not in seen:
        seen.add(path)
        for relative in re.findall(r'^import .*?"(\.[^"]+)";', path.read_text(), re.MULTILINE | re.DOTALL):
            needed((path.parent / relative).resolve(), seen)
    return seen


def served(content: bytes) -> int:
    return len(gzip.compress(content, mtime=0))


def test_the_room_s_page_is_at_most_60_kb_of_script_and_20_kb_of_style() -> None:
    root = django_settings.BASE_DIR / "static"
    modules = needed(root / "js/room/room.js", needed(root / "js/page.js", {root / "js/theme.js"}))
    assert sum(served(static.bare(module.read_bytes())) for module in modules) <= 60 * 1024
    styles = [root / f"css/{name}.css" for name in ("tokens", "base", "pieces", "controls", "room")]
    assert sum(served(style.read_bytes()) for style in styles) <= 20 * 1024
