"""Tests of locale/: each string of the sources stands there once, in Chinese, and nothing else does."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

SOURCES = ("manage.py", "pyproject.toml", "accounts", "config", "moderation", "rooms", "static", "templates")
CATALOGUE = Path("locale/zh_Hans/LC_MESSAGES")


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the catalogues as the sources alone would make them: every translation is empty."""
    if not shutil.which("xgettext"):
        pytest.fail("GNU gettext is missing: apt-get install gettext")
    root = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        source = settings.BASE_DIR / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, root / name)
    (root / CATALOGUE).mkdir(parents=True)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    for domain in ("django", "djangojs"):
        command = [sys.executable, "manage.py", "makemessages", "--locale=zh_Hans", "--domain", domain]
        subprocess.run(command, cwd=root, check=True, capture_output=True, env=environment)
    return root / CATALOGUE


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_the_catalogue_has_the_strings_of_the_sources_and_no_others(extracted: Path, domain: str) -> None:
    kept = settings.BASE_DIR / CATALOGUE / f"{domain}.po"
    assert _strings(extracted / f"{domain}.po") == _strings(kept)


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_every_string_is_translated(domain: str) -> None:
    kept = settings.BASE_DIR / CATALOGUE / f"{domain}.po"
    missing = subprocess.run(["msgattrib", "--untranslated", kept], check=True, capture_output=True, text=True)
    fuzzy = subprocess.run(["msgattrib", "--only-fuzzy", kept], check=True, capture_output=True, text=True)
    assert (missing.stdout, fuzzy.stdout) == ("", "")


def _strings(path: Path) -> set[str]:
    """The source strings of a catalogue, each with its context, on one line."""
    flat = subprocess.run(["msgattrib", "--no-wrap", path], check=True, capture_output=True, text=True).stdout
    return {line for line in flat.splitlines() if line.startswith(("msgid ", "msgid_plural ", "msgctxt "))}
