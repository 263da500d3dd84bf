from pathlib import Path

import pytest

from config.environment import Environment, SettingsError


def read(**variables: str) -> Environment:
    return Environment(variables)


def test_a_value_is_read_from_the_file_that_name_file_points_to(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("secret\n")
    assert read(SECRET_KEY_FILE=str(tmp_path / "key")).text("SECRET_KEY") == "secret"


def test_a_variable_that_nobody_reads_is_named_with_the_one_it_looks_like() -> None:
    given = read(STOA_PROFIL="cn", STOA_XYZ="1", STOA_PROFILE_FILE="/p", STOA_SFU_INDEX="0", STOA_NODE="a", PATH="/bin")
    assert given.unheard(["STOA_PROFILE", "STOA_NODE", "DEBUG"]) == [
        "STOA_PROFIL is not known; did you mean STOA_PROFILE?",
        "STOA_XYZ is not known.",
    ]


def test_an_empty_variable_counts_as_not_set() -> None:
    assert read(STOA_HTTP_PORT=" ").port("STOA_HTTP_PORT", 8000) == 8000


def test_a_list_is_split_at_commas_and_trimmed() -> None:
    assert read(ALLOWED_HOSTS=" a.example , b.example,").names("ALLOWED_HOSTS") == ["a.example", "b.example"]


def test_the_first_choice_is_the_default() -> None:
    assert read().choice("STOA_PROFILE", ("standard", "private")) == "standard"


def test_a_missing_value_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match=r"^SECRET_KEY is not set$"):
        read().text("SECRET_KEY")


def test_a_value_and_its_file_together_are_refused() -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY and SECRET_KEY_FILE are both set"):
        read(SECRET_KEY="a", SECRET_KEY_FILE="/b").text("SECRET_KEY")


def test_a_file_that_cannot_be_read_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match=r"^SECRET_KEY_FILE names no file of text that can be read: /nowhere/key"):
        read(SECRET_KEY_FILE="/nowhere/key").text("SECRET_KEY")


@pytest.mark.parametrize("value", ["0", "65536", "-1", "http", "80 80", "٨٠", "1e3"])
def test_what_is_no_port_is_refused_by_name(value: str) -> None:
    with pytest.raises(SettingsError, match=r"^STOA_HTTP_PORT must be a whole number from 1 to 65535"):
        read(STOA_HTTP_PORT=value).port("STOA_HTTP_PORT", 8000)


def test_an_unknown_choice_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=r"^STOA_PROFILE must be one of standard, private, not 'Standard'"):
        read(STOA_PROFILE="Standard").choice("STOA_PROFILE", ("standard", "private"))


@pytest.mark.parametrize("value", ["localhost", "10.0.0.256", "10.0.0.0/8", "::1::"])
def test_what_is_no_address_is_refused_by_name(value: str) -> None:
    with pytest.raises(SettingsError, match=r"^STOA_HTTP_HOST must be an IP address"):
        read(STOA_HTTP_HOST=value).address("STOA_HTTP_HOST", "127.0.0.1")
    with pytest.raises(SettingsError, match=r"^STOA_PUBLIC_IP must list IP addresses"):
        read(STOA_PUBLIC_IP=f"192.0.2.1,{value}").addresses("STOA_PUBLIC_IP", "")


def test_a_list_of_addresses_with_a_hole_is_refused_by_name_as_the_media_process_does() -> None:
    with pytest.raises(SettingsError, match=r"^STOA_PUBLIC_IP must list IP addresses"):
        read(STOA_PUBLIC_IP="192.0.2.1,").addresses("STOA_PUBLIC_IP", "")


def test_hosts_are_names_addresses_and_what_is_below_a_name() -> None:
    hosts = ["stoa.example.org", ".example.org", "192.0.2.1", "[2001:db8::1]", "xn--fiq228c.example"]
    assert read(ALLOWED_HOSTS=",".join(hosts)).hosts("ALLOWED_HOSTS") == hosts


@pytest.mark.parametrize(
    "value", ["https://stoa.example", "stoa.example:443", "*", "2001:db8::1", "[stoa]", "a_b", "-a"]
)
def test_what_is_no_host_is_refused_by_name(value: str) -> None:
    with pytest.raises(SettingsError, match=r"^ALLOWED_HOSTS must list host names"):
        read(ALLOWED_HOSTS=value).hosts("ALLOWED_HOSTS")


@pytest.mark.parametrize("value", ["two words", "x" * 65, "名"])
def test_what_is_no_label_is_refused_by_name(value: str) -> None:
    with pytest.raises(SettingsError, match=r"^STOA_NODE must be letters"):
        read(STOA_NODE=value).label("STOA_NODE")


@pytest.mark.parametrize("value", ["10.0.0.1/8", "proxy", "10.0.0.0/33"])
def test_what_is_no_network_is_refused_by_name(value: str) -> None:
    with pytest.raises(SettingsError, match=r"^STOA_TRUSTED_PROXIES must list networks"):
        read(STOA_TRUSTED_PROXIES=value).networks("STOA_TRUSTED_PROXIES")


def test_a_list_of_anything_is_read_part_by_part() -> None:
    assert read(SIZES="1, 2,").listed("SIZES", int, "whole numbers") == [1, 2]


def test_a_part_that_cannot_be_read_is_refused_by_the_lists_name_and_not_shown() -> None:
    with pytest.raises(SettingsError, match=r"^SIZES must list whole numbers, with commas between them$"):
        read(SIZES="1, hunter2").listed("SIZES", int, "whole numbers")


@pytest.mark.parametrize("value", ["mysql://u:hunter2@h/d", "postgres://u:hunter2@h:port/d", "hunter2"])
def test_a_wrong_url_is_refused_by_name_without_its_password(value: str) -> None:
    with pytest.raises(SettingsError, match=r"^DATABASE_URL must be a URL") as refused:
        read(DATABASE_URL=value).url("DATABASE_URL", ("sqlite", "postgres"), "sqlite:///x")
    assert "hunter2" not in str(refused.value)
