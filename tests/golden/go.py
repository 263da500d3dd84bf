"""The verifier in `log/check.go`, built with Go's own library: whoever wrote it has never heard of us."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent / "log/check.go"
Said = tuple[int, str, str]

needed = pytest.mark.skipif(shutil.which("go") is None, reason="Go is not installed")


def verifier(folder: Path) -> Callable[[Path], Said]:
    """What checks the files of a folder; built in `folder`. It says a status, `yes` or nothing, and what is wrong."""
    root = Path(subprocess.check_output(["go", "env", "GOROOT"], text=True).strip())
    (folder / "src").symlink_to(root / "src/cmd/vendor")  # Go brings the package that `go get` itself verifies with
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": str(folder), "GOCACHE": str(folder / "cache")}
    program = folder / "check"
    subprocess.run(["go", "build", "-o", program, SOURCE], env=environment, check=True)

    def check(files: Path) -> Said:
        done = subprocess.run([program, files], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    return check
