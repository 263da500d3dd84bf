"""Contract of `rooms.sfu.settings`: sensible defaults, and every nonsense refused by the variable's name."""

from pathlib import Path

import pytest

from rooms.sfu.settings import SettingError, read

REDIS = {"REDIS_URL": "unix:///run/valkey.sock"}


def test_redis_url_alone_is_enough() -> None:
    settings = read(REDIS)
    assert (settings.hosts, settings.port, settings.tcp, settings.public) == (("0.0.0.0", "::"), 7882, 7881, ())
    assert settings.sfu.endswith("-0")
    assert settings.redis_url == "unix:///run/valkey.sock"


def test_the_index_makes_the_id_and_moves_the_ports() -> None:
    ports = {"STOA_UDP_PORT": "9000", "STOA_TCP_PORT": "9100"}
    settings = read(REDIS | ports | {"STOA_NODE": "berlin.1", "STOA_SFU_INDEX": "2"})
    assert (settings.sfu, settings.port, settings.tcp) == ("berlin.1-2", 9002, 9102)


def test_port_0_takes_any_free_one() -> None:
    settings = read(REDIS | {"STOA_SFU_INDEX": "2", "STOA_UDP_PORT": "0", "STOA_TCP_PORT": "0"})
    assert (settings.port, settings.tcp) == (0, 0)


@pytest.mark.parametrize(("profile", "ring"), [("standard", True), ("cn", True), ("private", False)])
def test_the_private_profile_alone_keeps_no_ring(profile: str, ring: bool) -> None:
    assert read(REDIS | {"STOA_PROFILE": profile}).ring is ring


def test_evidence_is_in_the_data_folder_which_is_beside_manage_py_unless_it_is_named(tmp_path: Path) -> None:
    assert read(REDIS | {"STOA_DATA": str(tmp_path)}).evidence == tmp_path / "evidence"
    assert read(REDIS).evidence == Path(__file__).parents[3] / "data" / "evidence"


def test_addresses_are_lists_with_commas() -> None:
    settings = read(REDIS | {"STOA_UDP_HOST": "127.0.0.1, ::1", "STOA_PUBLIC_IP": "192.0.2.1,2001:DB8::1"})
    assert settings.hosts == ("127.0.0.1", "::1")
    assert settings.public == ("192.0.2.1", "2001:db8::1")


def test_every_value_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "redis"
    secret.write_text("redis://:secret@cache:6379/1\n")
    assert read({"REDIS_URL_FILE": str(secret)}).redis_url == "redis://:secret@cache:6379/1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STOA_UDP_PORT", "high"),
        ("STOA_UDP_PORT", "65536"),
        ("STOA_UDP_PORT", "-1"),
        ("STOA_UDP_PORT", "٣"),
        ("STOA_TCP_PORT", "65536"),
        ("STOA_SFU_INDEX", "first"),
        ("STOA_UDP_HOST", "localhost"),
        ("STOA_UDP_HOST", "127.0.0.1,"),
        ("STOA_PUBLIC_IP", "example.org"),
        ("STOA_PROFILE", "secret"),
        ("STOA_NODE", "two words"),
        ("STOA_NODE", "x" * 65),
        ("REDIS_URL", ""),
        ("REDIS_URL", "http://cache"),
        ("REDIS_URL", "redis://"),
        ("REDIS_URL", "redis://[::1"),
        ("REDIS_URL", "redis://cache:port"),
        ("REDIS_URL_FILE", "/nowhere"),
    ],
)
def test_nonsense_is_refused_and_the_variable_named(name: str, value: str) -> None:
    environment = ({} if name.startswith("REDIS") else REDIS) | {name: value}
    with pytest.raises(SettingError, match=name.removesuffix("_FILE")):
        read(environment)


def test_a_value_and_its_file_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="REDIS_URL_FILE"):
        read(REDIS | {"REDIS_URL_FILE": str(tmp_path)})


def test_a_refusal_never_shows_the_value() -> None:
    with pytest.raises(SettingError) as caught:
        read({"REDIS_URL": "https://:secret@cache"})
    assert "secret" not in str(caught.value)
