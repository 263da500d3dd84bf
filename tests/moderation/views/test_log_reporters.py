"""What the pages of the log never show: who reported, whichever way one asks."""

import io
import zipfile

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from moderation.actions import decisions, receipts, reports
from moderation.actions.reports import Complaint
from moderation.audit import sequence
from moderation.audit.models import Entry
from moderation.audit.record import record
from moderation.measures import Measure
from moderation.models import Case, Channel, Report, Unmasking
from moderation.policies import Policy
from moderation.staff import Role
from rooms.models import Room
from tests.accounts.pages import text
from tests.log import entry
from tests.moderation.cast import at_console
from tests.moderation.desk import claimed, complaint, decided, moderator, reported, verdict
from tests.moderation.views.entries import HERE, acted, listed
from tests.rooms.scenes import NOON, member


@pytest.fixture
def told(alice: User, bob: User, carol: User) -> tuple[int, int]:
    """Carol reported bob: the number of the entry, and of the case."""
    made = reports.report_person(carol, bob.uid, complaint(), source=HERE, now=timezone.now())
    return entry(action="report.make").id, made.case_id


def test_who_reported_is_hidden_from_a_senior_until_a_second_person_agrees(
    told: tuple[int, int], alice: User, carol: User
) -> None:
    sequence.seal(timezone.now())
    one, case = told
    senior, second = at_console(alice, Role.SENIOR, days=None), at_console(moderator("Gus"), Role.SENIOR, days=None)
    pages = [f"/console/log/?case={case}", f"/console/log/{one}/", f"/console/log/{one}/receipt"]
    secrets = {carol.uid, carol.display_name, HERE.address}
    for page in pages:
        shown = text(senior.get(page))
        assert not [secret for secret in secrets if secret in shown]
    assert "who reported" in text(senior.get(pages[0]))
    senior.post("/console/names/ask/", {"person": f"#{one}", "reason": "A court asks."})
    assert carol.uid not in text(senior.get("/console/names/"))
    assert (entry(action="person.unmask_ask").object_type, Unmasking.objects.get().person) == ("entry", carol.uid)
    second.post(f"/console/names/{Unmasking.objects.get().pk}/", {"approve": "1"})
    assert carol.display_name in text(senior.get(pages[0]))
    assert HERE.address in text(senior.get(pages[1]))
    assert carol.uid not in text(second.get(pages[1]))


def test_nor_is_shown_who_of_the_staff_reported_at_work(room: Room, alice: User, bob: User, carol: User) -> None:
    dana, case = moderator("Dana"), reported(carol, bob, room).case
    claimed(case, dana)
    page = f"/console/log/?case={case.pk}"
    senior = at_console(alice, Role.SENIOR, days=None)
    assert "Dana" in text(senior.get(page))
    reports.open_case(dana, room.pk, member(bob, room).number, Policy.HATE, source=HERE, now=timezone.now())
    assert "Dana" not in text(senior.get(page))


def acting(answer: object, action: str) -> list[str]:
    """Whom the list names as having done it."""
    found = answer.context["found"]  # type: ignore[attr-defined]
    return [words["actor"] for one, words in found if one.entry.action == action]


def test_who_of_the_staff_tried_to_read_an_address_or_wrote_to_it_is_named(alice: User) -> None:
    dana, eli = moderator("Dana"), moderator("Eli")
    notice = Complaint(Policy.ILLEGAL, Channel.NOTICE, "They sell weapons.", "en", "erin@example.org")
    made = reports.notice(notice, source=HERE, now=NOON)
    case = claimed(made.case, dana)
    at_console(eli, None).get(f"/console/cases/{case.pk}/reports/{made.pk}/")
    decided(case, dana, Measure.NONE)
    receipts.written(case.pk, made.pk, by=dana, now=NOON, source=HERE)
    page = at_console(alice, Role.SENIOR, days=None).get(f"/console/log/?case={case.pk}")
    assert (acting(page, "letter.write"), acting(page, "report.told")) == (["Eli"], ["Dana"])


def test_nor_who_of_the_staff_reported_and_read_what_became_of_it_once_the_case_is_forgotten(
    alice: User, bob: User
) -> None:
    dana, eli = moderator("Dana"), moderator("Eli")
    made = reports.report_person(dana, bob.uid, complaint(), source=HERE, now=NOON)
    decided(claimed(made.case, eli), eli)
    receipts.told(made, by=dana, now=NOON, source=HERE)
    page = f"/console/log/?case={made.case_id}"
    Report.objects.all().delete()
    answer = at_console(alice, Role.SENIOR, days=None).get(page)
    assert acting(answer, "report.make") == acting(answer, "report.told") == ["who reported"]
    assert "Dana" not in text(answer)


def test_nor_who_appealed_or_reported_falsely_once_the_case_is_forgotten(alice: User, bob: User, carol: User) -> None:
    case = reports.report_person(carol, bob.uid, complaint(), source=HERE, now=NOON).case
    record("case.appeal", source=HERE, actor=carol.uid, case=str(case.pk))
    why = Measure.RESTRICT_REPORTING
    record("decision.make", source=HERE, object_type="user", object_id=carol.uid, case=str(case.pk), reason=why)
    senior, page = at_console(alice, Role.SENIOR, days=None), f"/console/log/?case={case.pk}"
    assert carol.display_name not in text(senior.get(page))
    for rows in (Report.objects.all(), Case.objects.all()):
        rows.delete()
    answer = senior.get(page)
    assert acting(answer, "case.appeal") == ["who reported"]
    assert carol.display_name not in text(answer)
    assert carol.uid not in text(answer)


def test_nor_who_reported_a_room_by_their_being_refused_once_it_is_ended_at_once(room: Room) -> None:
    dana, femi, gus = moderator("Dana"), moderator("Femi", Role.SENIOR), moderator("Gus", Role.SENIOR)
    for one in (dana, femi):
        reports.report_room(one, room.pk, complaint(), source=HERE, now=NOON)
    ended = decisions.decide_at_once(room.pk, verdict(Measure.END_ROOM), by=dana, now=NOON, source=HERE)
    assert at_console(femi, None).get(f"/console/cases/{ended.case_id}/").status_code == 403
    page = at_console(gus, None).get(f"/console/log/?case={ended.case_id}")
    assert (acting(page, "cases.read"), acting(page, "decision.make")) == (["who reported"], ["Dana"])


@pytest.mark.parametrize(
    "query", ["person=carol", "actor=carol", "address=192.0.2.7", "person=carol&action=report.make"]
)
def test_nor_is_it_told_by_what_a_search_finds(told: tuple[int, int], alice: User, query: str) -> None:
    one, _ = told
    assert one not in listed(at_console(alice, Role.SENIOR, days=None).get(f"/console/log/?{query}"))


def test_nor_is_it_told_by_how_many_a_page_of_a_search_has(alice: User, bob: User, carol: User) -> None:
    older = [acted(carol).pk for _ in range(2)]
    reports.report_person(carol, bob.uid, complaint(), source=HERE, now=timezone.now())
    younger = [acted(carol).pk for _ in range(48)]
    page = at_console(alice, Role.SENIOR, days=None).get("/console/log/?person=carol")
    assert listed(page)[1:] == [*reversed(younger), older[1]], "the first tells of this search"
    assert page.context["older"] == older[1]


def test_nor_by_the_bundle_of_the_log(told: tuple[int, int], alice: User, bob: User, carol: User) -> None:
    one, _ = told
    sequence.seal(timezone.now())
    answer = at_console(alice, Role.SENIOR, days=None).get("/console/log/bundle.zip")
    files = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    read = b"".join(files.read(name) for name in files.namelist())
    assert Entry.objects.get(pk=one).event.encode() in read
    assert bob.uid.encode() in read
    assert carol.uid.encode() not in read


def test_who_is_reported_is_still_found(told: tuple[int, int], rita: Client, bob: User) -> None:
    assert [Entry.objects.get(pk=found).action for found in listed(rita.get("/console/log/?person=bob"))][-1:] == [
        "case.open"
    ]
