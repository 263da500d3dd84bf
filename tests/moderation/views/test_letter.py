"""A letter to erin, who has no account: dana, who has the case, reads her address, and nobody else."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from moderation.actions import cases as acts
from moderation.actions import decisions, reports
from moderation.actions.reports import Complaint
from moderation.audit.models import Entry
from moderation.measures import Measure
from moderation.models import Channel, Report
from moderation.policies import Policy
from moderation.staff import Role
from tests.accounts.pages import text
from tests.log import entry
from tests.moderation.cast import at_console
from tests.moderation.desk import verdict
from tests.rooms.scenes import SOURCE

pytestmark = pytest.mark.django_db(transaction=True)
ERIN = "erin@example.org"


@pytest.fixture
def notice(db: None) -> Report:
    complaint = Complaint(Policy.ILLEGAL, Channel.NOTICE, "They sell weapons.", "en", ERIN)
    return reports.notice(complaint, source=SOURCE, now=timezone.now())


@pytest.fixture
def desk(alice: User) -> Client:
    return at_console(alice, Role.MODERATOR)


def page(notice: Report) -> str:
    return f"/console/cases/{notice.case_id}/reports/{notice.pk}/"


def dismissed(notice: Report, by: User) -> None:
    decisions.decide(notice.case_id, verdict(Measure.NONE), by=by, now=timezone.now(), source=SOURCE)


def test_who_has_the_case_reads_the_address_and_it_is_an_entry(notice: Report, desk: Client, alice: User) -> None:
    acts.claim(notice.case_id, by=alice, now=timezone.now(), source=SOURCE)
    case = text(desk.get(f"/console/cases/{notice.case_id}/"))
    assert page(notice) in case
    assert ERIN not in case
    assert ERIN in text(desk.get(page(notice)))
    read = entry(action="console.read", object_id="letter.write")
    assert (read.actor, read.case, read.detail) == (alice.uid, str(notice.case_id), {"pk": str(notice.pk)})
    assert ERIN not in str([vars(one) for one in Entry.objects.all()])


def test_whoever_has_not_the_case_does_not_read_it(notice: Report, desk: Client, bob: User) -> None:
    acts.claim(notice.case_id, by=_other(bob), now=timezone.now(), source=SOURCE)
    assert page(notice) not in text(desk.get(f"/console/cases/{notice.case_id}/"))
    assert ERIN not in text(desk.get(page(notice), follow=True))
    assert entry(action="letter.write").reason == "not_claimed"
    desk.post(f"{page(notice)}sent/")
    assert Report.objects.get().email == ERIN


def _other(user: User) -> User:
    at_console(user, Role.MODERATOR)
    return user


def test_once_they_were_told_the_address_is_gone(notice: Report, desk: Client, alice: User) -> None:
    acts.claim(notice.case_id, by=alice, now=timezone.now(), source=SOURCE)
    assert "delete the address" not in text(desk.get(page(notice)))
    desk.post(f"{page(notice)}sent/")
    assert Report.objects.get().email == ERIN, "nothing is decided yet"
    dismissed(notice, alice)
    assert "delete the address" in text(desk.get(page(notice)))
    assert "their address is deleted" in text(desk.post(f"{page(notice)}sent/", follow=True))
    kept = Report.objects.get()
    assert (kept.email, kept.told_at is None) == ("", False)
    sent = entry(action="report.told")
    assert (sent.actor, sent.role) == (alice.uid, Role.MODERATOR)
    assert ERIN not in text(desk.get(page(notice), follow=True))


def test_a_report_of_another_case_is_not_read_by_this_one(notice: Report, desk: Client, alice: User, bob: User) -> None:
    complaint = Complaint(Policy.SPAM, Channel.NOTICE, "Too loud.", "en")
    own = reports.notice(complaint, source=SOURCE, now=timezone.now())
    acts.claim(own.case_id, by=alice, now=timezone.now(), source=SOURCE)
    answer = desk.get(f"/console/cases/{own.case_id}/reports/{notice.pk}/", follow=True)
    assert ERIN not in text(answer)
