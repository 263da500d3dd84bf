import json
import logging
import time
from typing import Any

import pytest
import redis
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from config import logs

SDP = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 AA:BB\r\n"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Not Found: /join/D6M8-SECB-5CH3-7MK4-3", "Not Found: /join/..."),
        ("GET /i/abcDEF123 HTTP/1.1", "GET /i/... HTTP/1.1"),
        ("/join/d6m8 secb 5ch3 7mk4 3", "/join/..."),
        ("/join/D6M8/SECB/5CH3/7MK4/3", "/join/..."),
        ("/JOIN/D6M8SECB5CH37MK43/ left", "/JOIN/..."),
        ("Not Found: /D6M8-SECB-5CH3-7MK4-3 left", "Not Found: /... left"),
        ("d6m8secb5ch37mk43", "..."),
        ("room 6lblmqrgcvfy of 57b5fe6b241fa2ea", "room 6lblmqrgcvfy of 57b5fe6b241fa2ea"),
        ("/accounts/login/?next=/i/abc&code=x", "/accounts/login/?..."),
        ("GET https://stoa.example/r/abc?token=x HTTP/1.1", "GET https://stoa.example/r/abc?... HTTP/1.1"),
        ("why? because /r/abc?tab=1 said so", "why? because /r/abc?... said so"),
        ("'/a?b' and what?/c?d", "'/a?...' and what?/c?..."),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ..."),
        ("token=abc.def; sessionid=xyz", "token=...; sessionid=..."),
        ("redis://:hunter2@cache:6379/0", "redis://:...@cache:6379/0"),
        ("url=postgres://stoa:hunter2@db/stoa left", "url=postgres://stoa:...@db/stoa left"),
        (f"offer was {SDP}", "offer was v=0..."),
        ("a=ice-pwd:abcdefghijkl left", "a=ice-pwd:... left"),
        ("/r/abcdefghijkl 200", "/r/abcdefghijkl 200"),
        ("/join/ has the field", "/join/ has the field"),
    ],
)
def test_what_is_secret_is_struck_out_and_the_rest_stays(said: str, kept: str) -> None:
    assert logs.strike(said) == kept


@given(st.text(alphabet="ABCDEFGHJKMNPQRSTVWXYZ23456789-", min_size=4), st.sampled_from(["/join/", "/i/"]))
def test_no_code_survives_wherever_it_stands_in_an_event(code: str, path: str) -> None:
    secret = f"{path}{code}"
    event = {"event": secret, "deep": {"list": [secret, ("x", secret)]}, "error": ValueError(secret)}
    assert secret not in json.dumps(logs.strike_all(None, "info", event), ensure_ascii=False)


@pytest.mark.parametrize(
    "part", ["/", "a", "/?a", "a://", "a://b:", "/join/", "d6m8", "token=", "v=0 ", " ", "?", "a/b?"]
)
def test_the_longest_address_that_anybody_can_send_is_struck_in_no_time(part: str) -> None:
    began = time.thread_time()
    logs.strike(part * (16_000 // len(part)))
    assert time.thread_time() - began < 0.1  # with a pattern that begins anew at each letter it is a second and more


def test_a_line_of_anybody_s_logger_is_json_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    handler = _handler()
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Not Found: %s", ("/join/ABCD",), None)
    line = json.loads(handler.format(record))
    assert (line["event"], line["level"], line["logger"]) == ("Not Found: /join/...", "warning", "django.request")


def test_a_traceback_is_logged_without_the_secret_in_its_message() -> None:
    try:
        raise RuntimeError("redis://:hunter2@cache/0")
    except RuntimeError as error:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "failed", (), (RuntimeError, error, error.__traceback__))
    line = _handler().format(record)
    assert "RuntimeError" in line
    assert "hunter2" not in line


@pytest.mark.django_db(transaction=True)
def test_what_could_not_be_published_after_a_commit_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    def publish() -> None:
        raise redis.ConnectionError("redis://:hunter2@cache/0 is away")

    with transaction.atomic():
        transaction.on_commit(publish, robust=True)
    (record,) = caplog.records
    line = _handler().format(record)
    assert (record.levelname, record.exc_info) == ("WARNING", None)
    assert "is away" in line
    assert "Traceback" not in line
    assert "hunter2" not in line


@pytest.mark.django_db(transaction=True)
def test_a_fault_of_ours_after_a_commit_keeps_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    def publish() -> None:
        raise KeyError("room")

    with transaction.atomic():
        transaction.on_commit(publish, robust=True)
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert "Traceback" in _handler().format(record)


def _handler() -> Any:
    formatter = dict(logs.LOGGING["formatters"]["json"])
    return formatter.pop("()")(**formatter)
