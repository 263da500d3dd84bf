"""The canary is found wherever it sings: a search that finds nothing says something only if it would have found it."""

import base64
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile

import pytest
import redis
from django.conf import settings

from tests.canary import SHARED_MEMORY, commanded, cores, dumping, found_in, found_on, found_open, sings

PATTERN = Path("/proc/sys/kernel/core_pattern")


WORDS = os.urandom(12)
"""Not the song itself: others may search this machine for that meanwhile."""


@pytest.mark.parametrize("before", range(3))
def test_words_are_known_again_as_they_are_and_in_hexadecimal_and_in_base64_from_anywhere(before: int) -> None:
    said = bytes(before) + WORDS
    spelt = said, said.hex().encode(), base64.b64encode(said)
    assert all(sings(one, WORDS) for one in spelt)
    assert all(sings(base64.b64encode(bytes(before) + one), WORDS) for one in spelt)
    assert not sings(WORDS[:-1], WORDS)


def test_they_are_found_in_a_folder_under_any_name_and_in_what_has_none(tmp_path: Path) -> None:
    assert found_on(tmp_path, os.getpid(), WORDS) == []
    hidden = tmp_path / ".a" / "b"
    hidden.parent.mkdir()
    hidden.write_bytes(WORDS)
    assert found_in(tmp_path, WORDS) == [hidden]
    with TemporaryFile(dir=tmp_path) as nameless:
        nameless.write(WORDS)
        nameless.flush()
        assert found_in(tmp_path, WORDS) == [hidden]
        assert len(found_open(os.getpid(), WORDS)) == 1


def test_they_are_found_in_what_redis_was_told_and_forgot_again() -> None:
    with commanded(settings.REDIS_URL) as commands, redis.Redis.from_url(settings.REDIS_URL) as client:
        client.set("a", WORDS.hex(), ex=1)
        client.publish("b", WORDS.hex())
        client.delete("a")
    assert len([one for one in commands if sings(one.encode(), WORDS)]) == 2


def test_they_are_found_in_shared_memory(tmp_path: Path) -> None:
    with NamedTemporaryFile(dir=SHARED_MEMORY) as file:
        file.write(WORDS)
        file.flush()
        assert Path(file.name) in found_on(tmp_path, os.getpid(), WORDS)


def test_they_are_found_in_what_a_child_of_a_child_holds_open(tmp_path: Path) -> None:
    holds = f"import tempfile; f = tempfile.TemporaryFile(); f.write({WORDS!r}); f.flush(); print(flush=True); input()"
    command = ["sh", "-c", '"$@"; :', "sh", sys.executable, "-c", holds]
    here = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, env=here, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        child.stdout.readline()
        assert len(found_open(child.pid, WORDS)) == 1
        child.communicate("\n")


def test_a_core_is_found_where_a_process_may_leave_one(tmp_path: Path) -> None:
    pattern = PATTERN.read_text(encoding="ascii").strip()
    place = (tmp_path / pattern).parent  # another machine's, where this one is a container
    if pattern[:1] in ("|", "") or not place.is_dir() or resource.getrlimit(resource.RLIMIT_CORE)[1] in (0, 1):
        pytest.skip("no process leaves a core of its own on this machine")
    before = cores(tmp_path)
    with dumping():
        died = subprocess.run([sys.executable, "-c", "import os; os.abort()"], cwd=tmp_path, check=False)
    assert died.returncode == -signal.SIGABRT
    assert len(cores(tmp_path) - before) == 1
