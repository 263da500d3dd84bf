"""The fan-out's tests once more, with its C under AddressSanitizer and UndefinedBehaviorSanitizer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rooms.sfu import build
from tests.flows.stack import ROOT

RUNTIMES = ("libasan.so", "libubsan.so")
OVERRUN = """
import sys
from ctypes import sizeof
from collections import Counter
from rooms.sfu import accelerator
from tests.rooms.sfu.ears import Ear, port
from tests.rooms.sfu.test_accelerator import PLAIN, voice
crowd = accelerator.Crowd(accelerator.load(sys.argv[1]))
crowd.add(Ear(2, port(), (PLAIN,) * 3).connection)
crowd.send(voice(), Counter())
print("well so far", flush=True)
crowd._targets[0] += sizeof(accelerator.Target) - 8  # now the target's end lies outside its memory
crowd.send(voice(1001, slot=2), Counter())
print("not noticed", flush=True)
"""


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sanitized(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which Python loads the sanitized library."""
    try:
        compiler = build.compiler()
    except build.BuildError as why:
        pytest.skip(str(why))
    found = [
        subprocess.run(
            [*compiler, f"-print-file-name={name}"], capture_output=True, text=True, check=True
        ).stdout.strip()
        for name in RUNTIMES
    ]
    missing = [path for path in found if not Path(path).is_absolute()]
    if missing:
        pytest.skip(f"this compiler has no {', '.join(missing)}")
    path = tmp_path_factory.mktemp("sanitized") / "fanout.so"
    build.build(
        path, "-g", "-O1", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"
    )
    return {
        **os.environ,
        "STOA_TEST_FANOUT": str(path),
        "LD_PRELOAD": " ".join(found),
        "PYTHONMALLOC": "malloc",  # so that the sanitizer sees where Python's own memory ends
        "ASAN_OPTIONS": "detect_leaks=0:detect_stack_use_after_return=1",
    }


def test_a_packet_that_is_read_beyond_its_end_would_be_noticed(sanitized: dict[str, str]) -> None:
    command = [sys.executable, "-c", OVERRUN, sanitized["STOA_TEST_FANOUT"]]
    done = subprocess.run(command, cwd=ROOT, env=sanitized, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "well so far\n", done.stderr
    assert "AddressSanitizer: heap-buffer-overflow" in done.stderr


def test_every_test_of_the_fan_out_passes_under_the_sanitizers(sanitized: dict[str, str], tmp_path: Path) -> None:
    settings = tmp_path / "pytest.ini"
    settings.write_text(f"[pytest]\npythonpath = {ROOT}\naddopts = --import-mode=importlib\n")
    folder = ROOT / "tests/rooms/sfu"
    tests = [str(folder / name) for name in ("test_fanout.py", "test_accelerator.py", "test_accelerator_sealing.py")]
    plugins = ("no:django", "no:cacheprovider", "no:xdist")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-c", str(settings), "--rootdir", str(ROOT), "--confcutdir", str(folder)),
            *(part for plugin in plugins for part in ("-p", plugin)),
            *("-q", "-k", "not plain", *tests),
        ],
        cwd=ROOT,
        env=sanitized,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout
