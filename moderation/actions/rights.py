"""What people may ask of their own data: taken at once, or answered in time, and never refused without a reason."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.models import User
from moderation import news, own_data
from moderation.actions.base import Code, Refused
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.models import DataRequest, Wish
from moderation.own import unread_answers
from moderation.review import workdays

MONTH = timedelta(days=30)  # GDPR Art. 12(3)
WORKDAYS_CN = 15
WAITING = 5  # open requests of one person


def take(user: User, *, now: datetime, source: Source) -> bytes:
    """Everything that is kept of them, as a ZIP; that they took it is written down before the first byte leaves."""
    with transaction.atomic():
        request = _asked(user, Wish.ACCESS, "", now)
        request.answered_at, request.granted = now, True
        request.save(update_fields=["answered_at", "granted"])
        tracks = list(own_data.voice(user))
        _note("data.take", request, user, source, detail={"voice": [track.pk for track in tracks]})
    return own_data.bundle(user, tracks)


@transaction.atomic
def ask(user: User, wish: Wish, words: str, *, now: datetime, source: Source) -> DataRequest:
    """The request, due within the law's time. Raises `Refused`: EMPTY, TOO_MANY."""
    if not words.strip():
        raise Refused(Code.EMPTY)
    User.objects.select_for_update().get(pk=user.pk)
    if DataRequest.objects.filter(user=user, answered_at=None).count() >= WAITING:
        raise Refused(Code.TOO_MANY)
    request = _asked(user, wish, words.strip(), now)
    _note("data.ask", request, user, source, detail={"due_at": request.due_at.isoformat()})
    return request


@transaction.atomic
def answer(pk: int, words: str, *, granted: bool, by: User, now: datetime, source: Source) -> DataRequest:
    """The request, answered. Raises `Refused`: GONE, SUBJECT for one's own, DECIDED, EMPTY to refuse without why."""
    request = DataRequest.objects.select_for_update(of=("self",)).select_related("user").filter(pk=pk).first()
    if request is None:
        raise Refused(Code.GONE)
    if request.user == by:
        raise Refused(Code.SUBJECT)
    if request.answered_at is not None:
        raise Refused(Code.DECIDED)
    if not granted and not words.strip():
        raise Refused(Code.EMPTY)
    request.answered_at, request.granted, request.answer, request.answered_by = now, granted, words.strip(), by.uid
    request.save(update_fields=["answered_at", "granted", "answer", "answered_by"])
    _note("data.grant" if granted else "data.refuse", request, by, source)
    news.settled(request)
    return request


@transaction.atomic
def read(user: User, *, now: datetime, source: Source) -> None:
    """Nothing: it is known that they read every answer there is."""
    for request in unread_answers(user).select_for_update():
        request.read_at = now
        request.save(update_fields=["read_at"])
        _note("data.told", request, user, source)


def _asked(user: User, wish: Wish, words: str, now: datetime) -> DataRequest:
    due = workdays.due(now, WORKDAYS_CN) if settings.STOA_PROFILE == "cn" else now + MONTH
    return DataRequest.objects.create(user=user, wish=wish, words=words, asked_at=now, due_at=due)


def _note(action: str, request: DataRequest, by: User, source: Source, detail: dict[str, object] | None = None) -> None:
    person = request.user
    record(
        action,
        source=source,
        actor=by.uid,
        object_type="user" if person else "data_request",
        object_id=person.uid if person else str(request.pk),
        reason=request.wish,
        detail={"request": request.pk, **(detail or {})},
    )
