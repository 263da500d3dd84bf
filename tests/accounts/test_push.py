"""From words to a browser, through a push service that is really there."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from accounts import push, tasks
from accounts.actions import push as acts
from accounts.models import Notification, PushSubscription, User
from moderation.audit.models import Entry
from moderation.audit.source import Source
from tests.accounts.push_service import Browser, Service

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The only push service that is known, whose certificate is believed."""
    service = Service(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(service.certificate))
    with override_settings(PUSH_HOSTS=(service.host,)):
        yield service
    service.close()


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[Any]]]:
    """What Celery is told."""
    told: list[tuple[str, list[Any]]] = []
    monkeypatch.setattr("accounts.push.current_app.send_task", lambda name, args: told.append((name, args)))
    return told


def on(user: User, browser: Browser, endpoint: str, source: Source, session: str = "s") -> None:
    where = acts.Browser(session, endpoint, **browser.keys())
    acts.subscribe(user, where, now=timezone.now(), source=source)


def sent(user: User, queued: list[Any], capture: Any, title: str = "A title", hours: int = 1) -> int:
    with capture(execute=True):
        push.send(user, title, "Words", "/r/abc", timezone.now() + timedelta(hours=hours))
    row: int = queued[-1][1][0]
    return row


def test_a_browser_reads_what_it_is_sent(
    alice: User, service: Service, queued: list[Any], source: Source, django_capture_on_commit_callbacks: Any
) -> None:
    browser = Browser()
    on(alice, browser, service.endpoint, source)
    row = sent(alice, queued, django_capture_on_commit_callbacks, "开始了: Ångström")
    tasks.deliver(row)
    (letter,) = service.letters
    assert json.loads(browser.read(letter.body)) == {"title": "开始了: Ångström", "body": "Words", "url": "/r/abc"}
    assert letter.path == "/send/abc?d=1"
    told = letter.headers
    assert (told["content-encoding"], told["urgency"]) == ("aes128gcm", "high")
    assert told["authorization"].startswith("vapid t=")
    assert not Notification.objects.exists()
    tasks.deliver(row)
    assert len(service.letters) == 1


@pytest.mark.parametrize(("hours", "waits"), [(1, 3_600), (14, 14 * 3_600), (24 * 365, 28 * 24 * 3_600)])
def test_a_push_service_keeps_it_for_a_browser_that_is_off_as_long_as_it_is_news_and_four_weeks_at_most(
    alice: User, service: Service, queued: list[Any], source: Source, django_capture_on_commit_callbacks: Any,
    hours: int, waits: int,
) -> None:  # fmt: skip
    on(alice, Browser(), service.endpoint, source)
    tasks.deliver(sent(alice, queued, django_capture_on_commit_callbacks, hours=hours))
    (letter,) = service.letters
    assert waits - 60 <= int(letter.headers["ttl"]) <= waits


def test_celery_is_told_a_number_and_nothing_else(
    alice: User, service: Service, queued: list[Any], source: Source, django_capture_on_commit_callbacks: Any
) -> None:
    on(alice, Browser(), service.endpoint, source)
    sent(alice, queued, django_capture_on_commit_callbacks)
    row = Notification.objects.get().pk
    assert queued == [("accounts.deliver", [row])]
    assert Entry.objects.get(action="push.send").detail == {"browsers": 1, "notification": row}


def test_somebody_without_a_browser_costs_nothing(
    alice: User, queued: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        push.send(alice, "A title", "", "/", timezone.now() + timedelta(hours=1))
    assert queued == []
    assert not Entry.objects.filter(action="push.send").exists()


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(
    alice: User,
    service: Service,
    queued: list[Any],
    source: Source,
    django_capture_on_commit_callbacks: Any,
    status: int,
) -> None:
    on(alice, Browser(), service.endpoint, source)
    row = sent(alice, queued, django_capture_on_commit_callbacks)
    service.status = status
    tasks.deliver(row)
    assert not PushSubscription.objects.exists()
    assert not Notification.objects.exists()
    assert Entry.objects.filter(action="push.gone").count() == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_a_service_cannot_take_now_is_sent_by_the_sweep(
    alice: User,
    service: Service,
    queued: list[Any],
    source: Source,
    django_capture_on_commit_callbacks: Any,
    status: int,
) -> None:
    on(alice, Browser(), service.endpoint, source)
    row = sent(alice, queued, django_capture_on_commit_callbacks)
    service.status = status
    tasks.deliver(row)
    assert acts.overdue(now=timezone.now()) == []
    later = timezone.now() + timedelta(minutes=2)
    assert acts.overdue(now=later) == [row]
    assert acts.overdue(now=later + timedelta(hours=1)) == []
    assert not Notification.objects.exists()


@pytest.mark.parametrize("status", [302, 400, 401, 413])
def test_what_a_service_will_never_take_is_not_tried_again(
    alice: User,
    service: Service,
    queued: list[Any],
    source: Source,
    django_capture_on_commit_callbacks: Any,
    status: int,
) -> None:
    on(alice, Browser(), service.endpoint, source)
    row = sent(alice, queued, django_capture_on_commit_callbacks)
    service.status = status
    tasks.deliver(row)
    assert not Notification.objects.exists()
    assert PushSubscription.objects.exists()


def test_a_service_whose_certificate_is_not_believed_is_told_nothing(
    alice: User, service: Service, queued: list[Any], source: Source, django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    on(alice, Browser(), service.endpoint, source)
    row = sent(alice, queued, django_capture_on_commit_callbacks)
    monkeypatch.delenv("SSL_CERT_FILE")
    tasks.deliver(row)
    assert service.letters == []
    assert Notification.objects.exists()


def test_nobody_is_notified_whose_account_is_closed(
    alice: User, service: Service, queued: list[Any], source: Source, django_capture_on_commit_callbacks: Any
) -> None:
    on(alice, Browser(), service.endpoint, source)
    row = sent(alice, queued, django_capture_on_commit_callbacks)
    User.objects.update(is_active=False)
    tasks.deliver(row)
    assert service.letters == []


def test_the_sweep_hands_over_what_was_lost(alice: User, service: Service, queued: list[Any], source: Source) -> None:
    on(alice, Browser(), service.endpoint, source)
    now = timezone.now()
    rows = acts.announce(alice, "A title", "", "/", until=now + timedelta(hours=1), now=now, source=source)
    tasks.deliver_overdue()
    assert queued == [("accounts.deliver", rows)]


@pytest.mark.parametrize("endpoint", [
    "https://fcm.googleapis.com/fcm/send/abc", "https://updates.push.services.mozilla.com/wpush/v2/x",
    "https://web.push.apple.com/Q", "https://wns2-par02p.notify.windows.com/w/?token=B",
])  # fmt: skip
def test_the_services_of_browsers_are_known(endpoint: str) -> None:
    assert push.trusted(endpoint)


@pytest.mark.parametrize("endpoint", [
    "http://fcm.googleapis.com/x", "https://127.0.0.1/x", "https://[::1]/x", "https://fcm.googleapis.com:22/x",
    "https://fcm.googleapis.com@evil.example/x", "https://evil.example/fcm.googleapis.com", "https://push.apple.com.evil.example/",
    "https://evilpush.apple.com/x", "https://evil.fcm.googleapis.com/x", "https://a@web.push.apple.com/x", "gopher://fcm.googleapis.com",
    "https://169.254.169.254/latest/meta-data", "https://web.push.apple.com:8443/x", "https://x y.push.apple.com/", "", "https://",
    "https://[", "https://web.push.apple.com/\u00e9", "https://.push.apple.com.\u3002evil.example/",
])  # fmt: skip
def test_no_other_address_is_ever_asked(endpoint: str) -> None:
    assert not push.trusted(endpoint)
