import subprocess
import sys
from pathlib import Path

import pytest

from config import folder
from config.environment import SettingsError
from tests.processes import at_once


def test_the_folder_and_its_key_are_made_for_us_alone(tmp_path: Path) -> None:
    data = tmp_path / "a" / "data"
    folder.prepare(data)
    assert data.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in data.glob("*_key")} == {"secret_key": 0o600}
    assert len((data / "secret_key").read_text()) >= 50


def test_the_key_stays_the_same_at_the_second_start(tmp_path: Path) -> None:
    folder.prepare(tmp_path)
    before = (tmp_path / "secret_key").read_bytes()
    folder.prepare(tmp_path)
    assert (tmp_path / "secret_key").read_bytes() == before


def test_of_several_processes_that_start_at_once_all_have_one_secret_key(tmp_path: Path) -> None:
    def start() -> bytes:
        folder.prepare(tmp_path)
        return (tmp_path / "secret_key").read_bytes()

    assert set(at_once(start)) == {(tmp_path / "secret_key").read_bytes()}


def test_a_folder_that_cannot_be_made_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"^STOA_DATA cannot be written"):
        folder.prepare(tmp_path / "file" / "data")


def test_a_second_holder_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    hold = (
        "import sys; from pathlib import Path; from config import folder\n"
        "with folder.locked(Path(sys.argv[1])): print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(SettingsError, match=f"is in use by process {other.pid}$"), folder.locked(tmp_path):
            pass
        other.kill()
    with folder.locked(tmp_path):
        pass


def test_the_socket_lies_in_the_data_folder_where_the_kernel_takes_its_path() -> None:
    assert folder.valkey_socket(Path("/data")) == Path("/data/valkey.sock")


def test_a_long_data_folder_gets_a_short_socket_of_its_own(tmp_path: Path) -> None:
    one, two = (folder.valkey_socket(tmp_path / ("x" * 150) / name) for name in "ab")
    assert one != two
    assert max(len(str(path)) for path in (one, two)) <= folder.LONGEST_SOCKET_PATH


def test_a_socket_folder_that_others_can_write_to_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/tmp")
    data = tmp_path / ("x" * 150)
    place = folder.valkey_socket(data).parent
    place.mkdir(mode=0o755)
    try:
        with pytest.raises(SettingsError, match=f"{place} in its place is not ours alone"):
            folder.prepare_socket_folder(data)
        place.chmod(0o700)
        folder.prepare_socket_folder(data)
    finally:
        place.rmdir()
