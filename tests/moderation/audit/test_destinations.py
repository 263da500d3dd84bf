"""Witnesses and collectors, as the settings name them."""

import pytest

from moderation.audit.destinations import Collector, Peer
from tests.moderation.audit.logs import LOG, WITNESS_KEY


def test_a_witness_is_an_address_and_a_key() -> None:
    peer = Peer.parse(f"https://witness.example/ {WITNESS_KEY}")
    assert (peer.url, peer.key) == ("https://witness.example", WITNESS_KEY)
    assert peer.name == f"witness.example/w1+{WITNESS_KEY.key_id.hex()}"


@pytest.mark.parametrize(
    "text",
    [
        "https://witness.example",
        str(WITNESS_KEY),
        f"ftp://witness.example {WITNESS_KEY}",
        f"https:// {WITNESS_KEY}",
        f"https://me:secret@witness.example {WITNESS_KEY}",
        f"https://witness.example {LOG.key}",  # the key of a log
        f"https://witness.example {WITNESS_KEY}".replace("+B", "+A"),
    ],
)
def test_what_is_no_witness_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the settings say which variable
        Peer.parse(text)


@pytest.mark.parametrize(
    ("text", "url", "format_"),
    [
        ("https://siem.example/in?a=b", "https://siem.example/in?a=b", "jsonl"),
        ("https://siem.example/in#ocsf", "https://siem.example/in", "ocsf"),
        ("syslog+tls://siem.example:6514#cef", "syslog+tls://siem.example:6514", "cef"),
        ("syslog+tcp://[::1]:601#ecs", "syslog+tcp://[::1]:601", "ecs"),
        ("http://127.0.0.1:9000/", "http://127.0.0.1:9000/", "jsonl"),
    ],
)
def test_a_collector_is_an_address_and_a_format(text: str, url: str, format_: str) -> None:
    assert Collector.parse(text) == Collector(url, format_)


def test_a_collector_may_have_a_token_of_its_own_which_is_no_part_of_its_name_and_is_not_printed() -> None:
    one = Collector.parse("https://siem.example/in#ocsf Splunk abc")
    assert one == Collector("https://siem.example/in", "ocsf", "Splunk abc")
    assert one.name == "https://siem.example/in#ocsf"
    assert "abc" not in repr(one)


def test_no_two_collectors_have_the_same_name_however_long_their_address_is() -> None:
    long = f"https://siem.example/in?channel={'a' * 100}"
    texts = ["https://siem.example/in", long, f"{long}#ocsf", f"{long}b"]
    names = [Collector.parse(text).name for text in texts]
    assert names[0] == "https://siem.example/in#jsonl"
    assert len(set(names)) == len(texts)
    assert all(len(name) <= 100 for name in names)


@pytest.mark.parametrize(
    "text",
    [
        "siem.example",
        "http://siem.example/",
        "https:///in",
        "https://user:secret@siem.example/",
        "https://siem.example/#xml",
        "syslog+tls://siem.example",
        "syslog+udp://siem.example:514",
        "syslog+tcp://10.0.0.1:601",
        "syslog+tcp://127.0.0.1.siem.example:601",
        "https://siem.example:port/",
        "syslog+tls://siem.example:6514 Bearer abc",
        "https://siem.example/ Bearer\nX-Other: abc",
        "https://siem.example/ Bearer café",
    ],
)
def test_what_is_no_collector_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the settings say which variable
        Collector.parse(text)
