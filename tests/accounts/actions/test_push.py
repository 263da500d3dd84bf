"""Rows of browsers, and of what is on its way to them."""

from datetime import datetime, timedelta

import pytest

from accounts.actions import push
from accounts.models import Notification, PushSubscription, User
from accounts.standing import FOR_GOOD
from moderation.audit.models import Entry
from moderation.audit.source import Source
from tests.log import entry

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def browser(number: int = 0, session: str = "s", auth: str = "auth") -> push.Browser:
    return push.Browser(session, f"https://push.example/{number}", "p256dh", auth)


def endpoints(user: User) -> list[str]:
    return list(PushSubscription.objects.filter(user=user).order_by("endpoint").values_list("endpoint", flat=True))


def test_asked_again_a_browser_only_renews_its_keys(alice: User, now: datetime, source: Source) -> None:
    push.subscribe(alice, browser(), now=now, source=source)
    for _ in range(2):
        push.subscribe(alice, browser(session="t", auth="new"), now=now, source=source)
    (row,) = PushSubscription.objects.all()
    assert (row.session_key, row.auth) == ("t", "new")
    told = Entry.objects.order_by("pk").values_list("action", flat=True)
    assert list(told) == ["push.subscribe", "push.renew"]


def test_a_browser_shows_the_notifications_of_one_person(alice: User, bob: User, now: datetime, source: Source) -> None:
    push.subscribe(alice, browser(), now=now, source=source)
    push.subscribe(bob, browser(), now=now, source=source)
    assert (endpoints(alice), endpoints(bob)) == ([], ["https://push.example/0"])


def test_the_oldest_browser_gives_way(
    alice: User, now: datetime, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "MOST", 2)
    for number in range(3):
        push.subscribe(alice, browser(number), now=now + timedelta(seconds=number), source=source)
    assert endpoints(alice) == ["https://push.example/1", "https://push.example/2"]


def test_nobody_ends_anothers_subscription(alice: User, mallory: User, now: datetime, source: Source) -> None:
    push.subscribe(alice, browser(), now=now, source=source)
    push.unsubscribe(mallory, "https://push.example/0", source=source)
    assert endpoints(alice) == ["https://push.example/0"]
    for _ in range(2):
        push.unsubscribe(alice, "https://push.example/0", source=source)
    assert endpoints(alice) == []
    assert Entry.objects.filter(action="push.unsubscribe").count() == 1


def test_a_browser_that_is_gone_is_told_of_once(alice: User, now: datetime, source: Source) -> None:
    push.subscribe(alice, browser(), now=now, source=source)
    row = PushSubscription.objects.get()
    for _ in range(2):
        push.gone(row, source=source)
    assert endpoints(alice) == []
    assert Entry.objects.filter(action="push.gone").count() == 1


def test_a_row_is_claimed_by_one(alice: User, now: datetime, source: Source) -> None:
    push.subscribe(alice, browser(), now=now, source=source)
    (pk,) = push.announce(alice, "A" * 300, "b" * 400, "/", until=now + HOUR, now=now, source=source)
    row = push.claim(pk, now=now)
    assert row is not None
    assert (len(row.title), len(row.body)) == (200, 300)
    assert push.claim(pk, now=now) is None
    assert push.overdue(now=now) == []
    assert push.overdue(now=now + push.PATIENCE) == [pk]
    assert push.claim(pk, now=now + push.PATIENCE) == row
    push.done(row)
    assert push.claim(pk, now=now + 2 * push.PATIENCE) is None


def test_what_is_no_news_any_more_is_handed_to_nobody_and_deleted(alice: User, now: datetime, source: Source) -> None:
    push.subscribe(alice, browser(), now=now, source=source)
    (soon,) = push.announce(alice, "Starts", "", "/", until=now + HOUR, now=now, source=source)
    (late,) = push.announce(alice, "Called off", "", "/", until=now + 14 * HOUR, now=now, source=source)
    assert push.claim(soon, now=now + HOUR) is None
    assert push.overdue(now=now + HOUR) == [late]
    assert push.claim(late, now=now + HOUR) is not None
    assert push.overdue(now=now + 14 * HOUR) == []
    assert not Notification.objects.exists()


def test_a_push_service_that_is_away_for_a_day_is_tried_no_more(alice: User, now: datetime, source: Source) -> None:
    push.subscribe(alice, browser(), now=now, source=source)
    (row,) = push.announce(alice, "Called off", "", "/", until=now + 500 * HOUR, now=now, source=source)
    assert push.overdue(now=now + push.TRIED) == [row]
    assert push.overdue(now=now + push.TRIED + push.PATIENCE) == []
    assert not Notification.objects.exists()


def test_with_a_browser_goes_what_was_on_its_way_to_it(alice: User, now: datetime, source: Source) -> None:
    push.subscribe(alice, browser(), now=now, source=source)
    push.announce(alice, "A title", "", "/", until=now + HOUR, now=now, source=source)
    push.gone(PushSubscription.objects.get(), source=source)
    assert not Notification.objects.exists()
    assert entry(action="push.gone").actor == alice.uid


def test_whoever_is_suspended_is_notified_of_nothing(alice: User, now: datetime, source: Source) -> None:
    push.subscribe(alice, browser(), now=now, source=source)
    alice.suspended_until = FOR_GOOD
    assert push.announce(alice, "A room", "starts", "/", until=now + HOUR, now=now, source=source) == []
    assert not Notification.objects.exists()
    assert endpoints(alice) == ["https://push.example/0"]
