from pathlib import Path

import pytest
from celery import Celery
from pytest_django.fixtures import Settings

from config import children
from moderation.audit import tasks
from rooms.sfu import settings as sfu_settings
from rooms.sfu.server import DEADLINE, LEAVING


def test_there_is_one_media_process_per_index_and_it_is_told_where_redis_is(settings: Settings) -> None:
    settings.STOA_SFU_PROCESSES, settings.REDIS_URL = 3, "unix:///run/v.sock"
    found = list(children.media())
    assert [child.name for child in found] == ["sfu-0", "sfu-1", "sfu-2"]
    assert [child.environment["STOA_SFU_INDEX"] for child in found] == ["0", "1", "2"]
    assert {child.environment["REDIS_URL"] for child in found} == {"unix:///run/v.sock"}


def test_a_redis_url_from_a_file_reaches_the_media_process_once(settings: Settings) -> None:
    settings.REDIS_URL = "redis://cache:6379/0"
    (child,) = children.media()
    inherited = {"REDIS_URL_FILE": "/run/secrets/redis"}
    assert sfu_settings.read({**inherited, **child.environment}).redis_url == "redis://cache:6379/0"


def test_the_media_process_is_told_where_evidence_goes_and_whether_there_is_any(settings: Settings) -> None:
    settings.STOA_DATA, settings.STOA_PROFILE = Path("/srv/stoa"), "private"
    (child,) = children.media()
    inherited = {"STOA_DATA_FILE": "/run/secrets/data", "STOA_PROFILE_FILE": "/run/secrets/profile"}
    told = sfu_settings.read({**inherited, "REDIS_URL_FILE": "", **child.environment})
    assert (told.evidence, told.ring) == (Path("/srv/stoa/evidence"), False)


def test_a_media_process_has_the_time_it_takes_to_have_everybody_moved(settings: Settings) -> None:
    (child,) = children.media()
    assert child.grace > LEAVING + DEADLINE


def test_slow_work_is_nice_and_what_seals_the_log_is_not() -> None:
    assert [(child.name, child.nice) for child in children.slow()] == [("beat", 0), ("worker", 10)]
    assert children.sealer().nice == 0


def test_the_log_is_sealed_from_before_the_others_begin_until_after_they_ended() -> None:
    assert [[child.name for child in group] for group in children.groups()] == [
        ["sealer"],
        ["sfu-0"],
        ["beat", "worker", "web"],
    ]


def test_what_seals_the_log_takes_nothing_else_and_nothing_else_takes_it() -> None:
    sealer, worker = (list(child.command) for child in (children.sealer(), list(children.slow())[1]))
    assert sealer[sealer.index("--queues") + 1] == tasks.QUEUE != Celery().conf.task_default_queue
    assert "--queues" not in worker


@pytest.mark.parametrize(("host", "endpoint"), [("127.0.0.1", "127.0.0.1"), ("::1", "\\:\\:1")])
def test_the_web_listens_where_the_settings_say_and_writes_no_paths(
    settings: Settings, host: str, endpoint: str
) -> None:
    settings.STOA_HTTP_HOST, settings.STOA_HTTP_PORT = host, 8000
    command = list(children.web().command)
    assert f"tcp:port=8000:interface={endpoint}" in command
    assert command[command.index("--verbosity") + 1] == "0"
