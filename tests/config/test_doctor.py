import socket
import threading
import time
from contextlib import ExitStack
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import User
from config import doctor, health
from config.finding import Finding, Level
from moderation.hearing import transcribe
from moderation.models import Staff
from moderation.staff import Role
from rooms.sfu import messages

REDIS_AWAY = "unix:///nowhere.sock"


def test_the_data_folder_must_be_there_and_ours_alone(settings: Settings, tmp_path: Path) -> None:
    settings.STOA_DATA = tmp_path / "none"
    assert doctor.disk().level is Level.FAIL
    settings.STOA_DATA = tmp_path
    tmp_path.chmod(0o750)
    assert doctor.disk().advice == f"chmod 700 {tmp_path}"
    tmp_path.chmod(0o700)
    assert doctor.disk().level is Level.OK


def test_a_full_disk_is_worth_a_warning(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.STOA_DATA = tmp_path
    tmp_path.chmod(0o700)
    monkeypatch.setattr(doctor, "LEAST_DISK", 10**18)
    assert doctor.disk().level is Level.WARN


@pytest.mark.parametrize(
    ("areas", "level", "words"),
    [
        ("", Level.OK, "no memory is written to a disk"),
        ("/dev/zram0 partition 4194300 0 100\n", Level.OK, "no memory is written to a disk"),
        (
            "/dev/zram0 partition 9 0 100\n/dev/sda2 partition 9 0 -2\n/swapfile file 9 0 -3\n",
            Level.WARN,
            "/dev/sda2 /swapfile",
        ),
        (None, Level.OK, "does not say"),
    ],
)
def test_swap_on_a_disk_is_worth_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, areas: str | None, level: Level, words: str
) -> None:
    monkeypatch.setattr(doctor, "SWAPS", tmp_path / "swaps")
    if areas is not None:
        doctor.SWAPS.write_text(f"Filename Type Size Used Priority\n{areas}")
    found = doctor.swap()
    assert (found.level, words in found.text) == (level, True)


def test_a_variable_with_a_wrong_name_is_worth_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.environ", {"STOA_PROFILE": "cn"})
    assert doctor.names().level is Level.OK
    monkeypatch.setattr("os.environ", {"STOA_PROFIL": "cn"})
    found = doctor.names()
    assert (found.level, found.text) == (Level.WARN, "STOA_PROFIL is not known; did you mean STOA_PROFILE?")


@pytest.mark.django_db
def test_a_database_with_every_migration_is_well() -> None:
    assert doctor.database().level is Level.OK


def test_redis_is_asked_for_its_version(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.broker().level is Level.OK
    monkeypatch.setattr(doctor, "OLDEST_REDIS", (99, 0))
    assert "too old" in doctor.broker().text
    settings.REDIS_URL = REDIS_AWAY
    assert doctor.broker().level is Level.FAIL


@pytest.mark.django_db
def test_a_clock_that_differs_from_the_others_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.clock().level is not Level.FAIL
    monkeypatch.setattr(doctor, "_redis_time", lambda: time.time() + 5)
    found = doctor.clock()
    assert (found.level, found.text) == (Level.FAIL, "Redis's clock is +5.0 s off ours")


def test_ports_that_somebody_else_holds_fail_by_name(settings: Settings) -> None:
    settings.STOA_HTTP_HOST, settings.STOA_UDP_HOST = "127.0.0.1", ["127.0.0.1"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        settings.STOA_TCP_PORT = free.getsockname()[1]
        settings.STOA_UDP_PORT = settings.STOA_TCP_PORT
        assert doctor.udp().level is Level.FAIL
        assert "another STOA_TCP_PORT" in doctor.udp().advice
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        settings.STOA_HTTP_PORT, settings.STOA_UDP_PORT = tcp.getsockname()[1], udp.getsockname()[1]
        threading.Thread(target=lambda: tcp.accept()[0].close(), daemon=True).start()
        assert (doctor.web().level, doctor.udp().level) == (Level.FAIL, Level.FAIL)
    assert (doctor.web().level, doctor.udp().level) == (Level.OK, Level.OK)


@pytest.mark.parametrize(
    ("spoken", "words"),
    [
        ([], "no media process runs now"),
        (["accelerated", "accelerated"], "accelerated: "),
        (["accelerated", "plain"], "plain: "),
    ],
)
def test_media_processes_say_which_code_sends_their_packets(spoken: list[str], words: str) -> None:
    def run(number: int, fan_out: str) -> None:
        name = f"node-{number}"
        alive = messages.dump(messages.Alive(name, "epoch", 0, draining=False, rooms={}, fan_out=fan_out))
        with health.client() as process, process.pubsub() as orders:
            orders.subscribe(messages.orders_channel(name))
            orders.get_message(timeout=5)
            there.wait()
            while not over.wait(0.01):
                process.publish(messages.REPORTS, alive)

    there, over = threading.Barrier(len(spoken) + 1), threading.Event()
    threads = [threading.Thread(target=run, args=one) for one in enumerate(spoken)]
    for thread in threads:
        thread.start()
    there.wait(10)
    found = doctor.fan_out()
    over.set()
    for thread in threads:
        thread.join()
    assert (found.level, found.text.startswith(words)) == (Level.OK, True)


def test_nobody_is_asked_for_the_fan_out_without_redis(settings: Settings) -> None:
    settings.REDIS_URL = REDIS_AWAY
    assert "without Redis" in doctor.fan_out().text


@pytest.mark.parametrize(
    ("names", "level", "words"),
    [
        ([], Level.OK, "0 media processes; a room spreads when one has 2500 connections"),
        (["a-0", "b-0"], Level.OK, "2 media processes;"),
        (["a-0", "b-0", "a-0"], Level.FAIL, "several media processes call themselves a-0"),
    ],
)
def test_each_media_process_has_a_name_of_its_own(names: list[str], level: Level, words: str) -> None:
    with health.client() as client, ExitStack() as listening:
        for name in names:
            orders = listening.enter_context(client.pubsub())
            orders.subscribe(messages.orders_channel(name))
            orders.get_message(timeout=5)
        found = doctor.spread()
    assert (found.level, found.text.startswith(words)) == (level, True)


def test_without_redis_nobody_says_how_many_media_processes_there_are(settings: Settings) -> None:
    settings.REDIS_URL = REDIS_AWAY
    assert "without Redis" in doctor.spread().text


def test_the_small_speech_model_is_there_and_says_that_it_knows_english_alone(settings: Settings) -> None:
    settings.STOA_WHISPER = ""
    found = doctor.speech()
    assert found.level is Level.OK
    assert found.text.startswith("pocketsphinx 5.1")
    assert "English alone" in found.text


def test_a_larger_speech_model_that_cannot_be_used_is_worth_a_warning(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STOA_WHISPER = str(tmp_path / "gone")
    assert (doctor.speech().level, "names no folder" in doctor.speech().text) == (Level.WARN, True)
    settings.STOA_WHISPER = str(tmp_path)
    monkeypatch.setattr(transcribe, "find_spec", lambda name: None)
    assert (doctor.speech().level, "not installed" in doctor.speech().text) == (Level.WARN, True)
    monkeypatch.setattr(transcribe, "find_spec", lambda name: object())
    monkeypatch.setattr(transcribe, "version", lambda name: "1.2.1")
    assert doctor.speech() == Finding(Level.OK, f"faster-whisper 1.2.1 {tmp_path.name}"[:55])


@pytest.mark.django_db
def test_it_takes_two_people_to_look_after_reports_and_a_third_for_appeals(alice: User, bob: User, carol: User) -> None:
    assert (doctor.staff().level, doctor.staff().text) == (Level.WARN, "nobody reads what is reported")
    now = timezone.now()
    Staff.objects.create(user=alice, role=Role.SENIOR, granted_at=now)
    Staff.objects.create(user=bob, role=Role.MODERATOR, granted_at=now, expires_at=now)
    Staff.objects.create(user=carol, role=Role.REVIEWER, granted_at=now, expires_at=now + timedelta(days=1))
    assert (doctor.staff().level, doctor.staff().text) == (Level.WARN, "one person decides what is reported")
    Staff.objects.filter(user=bob).update(expires_at=None)
    assert (doctor.staff().level, doctor.staff().text[:8]) == (Level.WARN, "2 people")
    Staff.objects.filter(user=carol).update(role=Role.MODERATOR)
    assert doctor.staff().level == Level.WARN, "nobody hears an appeal against what the one senior decided"
    Staff.objects.filter(user=carol).update(role=Role.SENIOR)
    assert doctor.staff() == Finding(Level.OK, "3 people decide what is reported, 2 of them senior")


def test_the_command_prints_each_finding_and_fails_with_the_worst(monkeypatch: pytest.MonkeyPatch) -> None:
    findings = {"disk": Finding(Level.OK, "fine"), "redis": Finding(Level.FAIL, "away", "Start it.")}
    monkeypatch.setattr(doctor, "examine", lambda: findings)
    said = StringIO()
    with pytest.raises(CommandError, match="not ready: redis"):
        call_command("doctor", stdout=said)
    assert said.getvalue().split("\n")[:3] == [
        "ok    disk      fine",
        "fail  redis     away",
        " " * 16 + "-> Start it.",
    ]
