"""The web manifest: an app that installs, in the reader's language."""

import struct
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils.translation import gettext, override

from config.manifest import ICONS, PAPER


def told(language: str = "en") -> dict[str, object]:
    answer = Client().get("/manifest.webmanifest", headers={"accept-language": language})
    assert answer.headers["Content-Type"] == "application/manifest+json"
    described: dict[str, object] = answer.json()
    return described


def test_it_is_the_same_app_in_each_language() -> None:
    english, chinese = told(), told("zh-hans")
    same = {"id", "start_url", "scope", "display", "short_name", "icons", "theme_color", "background_color", "dir"}
    assert {key: english[key] for key in same} == {key: chinese[key] for key in same}
    assert (english["lang"], chinese["lang"]) == ("en", "zh-hans")
    with override("zh-hans"):
        assert chinese["name"] == gettext("Stoa: live audio rooms")


def test_every_page_of_the_site_belongs_to_it() -> None:
    described = told()
    assert (described["id"], described["start_url"], described["scope"]) == ("/", "/", "/")
    assert described["display"] == "standalone"


@pytest.mark.parametrize(("name", "sizes", "kind", "purpose"), ICONS)
def test_each_icon_is_there_and_as_large_as_said(name: str, sizes: str, kind: str, purpose: str) -> None:
    found = finders.find(name)
    assert isinstance(found, str)
    assert ("maskable" in name) == (purpose == "maskable")
    if kind == "image/svg+xml":
        assert 'viewBox="0 0 24 24"' in Path(found).read_text(encoding="utf-8")
        return
    head = Path(found).read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert "{}x{}".format(*struct.unpack(">2I", head[16:])) == sizes


def test_its_colour_is_the_paper_of_the_pages() -> None:
    found = finders.find("css/tokens.css")
    assert isinstance(found, str)
    assert f"--bg: light-dark({PAPER}," in Path(found).read_text(encoding="utf-8")


def test_every_page_names_it_and_the_icon_that_apple_s_devices_take() -> None:
    page = Client().get("/accounts/login/").content.decode()
    assert '<link rel="manifest" href="/manifest.webmanifest" crossorigin="use-credentials">' in page
    assert '<link rel="apple-touch-icon" href="/static/icons/apple-180.png">' in page
