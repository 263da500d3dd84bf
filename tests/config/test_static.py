import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles import finders
from django.http import FileResponse, HttpResponse
from django.templatetags.static import static as address
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings
from whitenoise.middleware import WhiteNoiseMiddleware

from accounts.models import User
from config import catalog, static
from tests.rooms.scenes import a_room


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


def test_what_a_module_imports_later_has_its_hashed_name_there(site: Path, settings: Settings) -> None:
    (site / "page.js").write_text('export const more = () => import("./helper.js");\n')
    assert static.collect()
    root = Path(settings.STATIC_ROOT)
    names = json.loads((root / "staticfiles.json").read_text())["paths"]
    assert f'import("./{names["helper.js"]}")' in (root / names["page.js"]).read_text()


def test_a_file_whose_address_a_module_names_has_its_hashed_name_there(site: Path, settings: Settings) -> None:
    (site / "page.js").write_text('export const helper = new URL("./helper.js", import.meta.url);\n')
    assert static.collect()
    root = Path(settings.STATIC_ROOT)
    names = json.loads((root / "staticfiles.json").read_text())["paths"]
    assert f'new URL("./{names["helper.js"]}", import.meta.url)' in (root / names["page.js"]).read_text()


def test_nothing_is_collected_again_until_something_changes(site: Path) -> None:
    assert [static.collect(), static.collect()] == [True, False]
    (site / "helper.js").write_text("export function hello() { return 1; }\n")
    assert [static.collect(), static.collect()] == [True, False]


def test_a_file_that_goes_counts_as_a_change(site: Path) -> None:
    (site / "more.css").write_text("p { margin: 0 }")
    before = static.fingerprint()
    (site / "more.css").unlink()
    assert static.fingerprint() != before


def test_scripts_are_served_without_comments_and_indentation_and_otherwise_as_they_are(
    site: Path, settings: Settings
) -> None:
    code = (
        'export const a = "; // no comment"; // behind a text it stays\n'
        '(b).c();\nconst c = 1;\nconst d = "/** no type */";\n'
    )
    remarked = code.replace("(b)", "  /** @type {string} */ (b)").replace("c = 1;", "c = 1; // second")
    (site / "helper.js").write_text(f"// why\n  /**\n   * @param {{string}} b\n   */\n{remarked}")
    assert static.collect()
    served = (Path(settings.STATIC_ROOT) / "helper.js").read_text()
    assert served == code


def test_no_text_of_a_script_runs_over_several_lines_whose_indentation_would_be_lost() -> None:
    scripts = (django_settings.BASE_DIR / "static/js").rglob("*.js")
    assert [line for script in scripts for line in script.read_text().splitlines() if line.count("`") % 2] == []


def test_the_words_of_a_language_are_sent_compressed_and_kept_at_an_address_that_changes_with_them(
    site: Path, settings: Settings
) -> None:
    settings.WHITENOISE_USE_FINDERS = False
    seen = set()
    for word in ("悄悄离开", "离开"):
        words = catalog.script({f"Leave room {n}": f"{word} {n}" for n in range(20)})
        (site / "zh-hans.js").write_text(words, encoding="utf-8")
        static.collect()
        answer = asked(address("zh-hans.js"))
        assert gzip.decompress(answer.getvalue()).decode() == words
        sent = {name: answer.headers[name] for name in ("Content-Type", "Content-Encoding", "Vary", "Cache-Control")}
        assert sent == {
            "Content-Type": 'text/javascript; charset="utf-8"',
            "Content-Encoding": "gzip",
            "Vary": "Accept-Encoding",
            "Cache-Control": "max-age=315360000, public, immutable",
        }
        seen |= {address("zh-hans.js"), answer.headers["ETag"]}
    assert len(seen) == 4


def asked(path: str) -> FileResponse:
    """What the static files' middleware answers a browser."""
    request = RequestFactory().get(path, headers={"accept-encoding": "gzip, deflate, br"})
    answer = WhiteNoiseMiddleware(lambda _: HttpResponse(status=404))(request)
    assert isinstance(answer, FileResponse)
    return answer


def needed(path: Path, seen: set[Path]) -> set[Path]:
    """The module at `path` and all that it imports, added to `seen`."""
    if path not in seen:
        seen.add(path)
        for relative in re.findall(r'^import .*?"(\.[^"]+)";', path.read_text(), re.MULTILINE | re.DOTALL):
            needed((path.parent / relative).resolve(), seen)
    return seen


def served(content: bytes) -> int:
    return len(gzip.compress(content, mtime=0))


def loaded(page: str, tag: str) -> set[Path]:
    """The static files that tags of this kind have the browser load."""
    names = re.findall(rf'<(?:{tag}) [^>]*(?:src|href)="/static/([^"]+)"', page)
    return {Path(str(finders.find(name))).resolve() for name in names}


@pytest.mark.parametrize("language", sorted(dict(django_settings.LANGUAGES)))
def test_the_room_s_page_is_at_most_60_kb_of_script_and_20_kb_of_style_with_the_words_of_its_language(
    language: str, client: Client, alice: User, carol: User
) -> None:
    client.force_login(carol)
    page = client.get(f"/r/{a_room(alice).pk}", headers={"accept-language": language}).content.decode()
    scripts = set[Path]()
    for script in loaded(page, 'script|link rel="modulepreload"'):
        needed(script, scripts)
    assert {path.stem for path in scripts} >= {"theme", "page", "room", "reporting"}
    assert (f"{language}.js" in {path.name for path in scripts}) == (language != catalog.SOURCE)
    assert sum(served(static.bare(script.read_bytes())) for script in scripts) <= 60 * 1024
    styles = loaded(page, 'link rel="stylesheet"')
    assert len(styles) == 5
    assert sum(served(style.read_bytes()) for style in styles) <= 20 * 1024
