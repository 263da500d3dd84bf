"""The security review: asked for, made by a worker, and filed with an authority."""

from datetime import datetime, timedelta

from celery import current_app
from django.db import transaction
from django.db.models import F

from accounts.models import User
from moderation.actions import controls, triggers
from moderation.actions.base import Code, Refused
from moderation.audit import keys, note, sequence
from moderation.audit.models import Result
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.models import Review, Trigger
from moderation.review import annex
from moderation.review.annex import Order
from moderation.review.watch import shape

TASK = "moderation.review"
STILL = timedelta(seconds=5)
PATIENCE = timedelta(minutes=5)
"""A worker that has not made a review in this time is taken for dead, and another begins."""
REST = timedelta(seconds=30)
"""So long after an error a review is begun again."""
WAITING = 3
"""Reviews that wait for a worker at a time: more would keep workers from cases, and anybody who only reads may ask."""
TRIES = 3
"""So often a review is begun before it is given up, and a person has to look."""


def ask(order: Order, *, source: Source) -> Review:
    """The review, which a worker makes as soon as there is one. Raises `Refused` (`TOO_MANY`) while several wait."""
    with transaction.atomic():
        if Review.objects.filter(failed_at=None).exclude(due_at=None).count() >= WAITING:
            raise Refused(Code.TOO_MANY)
        review = _asked(order, order.now, source)
        transaction.on_commit(lambda: hand_over(review.pk), robust=True)
    return review


def run(order: Order, *, source: Source) -> Review:
    """The review, made here and now."""
    review = _asked(order, order.now + PATIENCE, source)
    return _make(review, order.now, source)


def hand_over(pk: int) -> None:
    """Have a worker make the review."""
    current_app.send_task(TASK, [pk], expires=STILL.total_seconds())


def standing(now: datetime) -> list[int]:
    """The reviews that wait for a worker."""
    return list(Review.objects.filter(due_at__lte=now, failed_at=None).order_by("pk").values_list("pk", flat=True))


def make(pk: int, *, now: datetime, source: Source) -> bool:
    """Whether this call made the review: not, where another worker is at it or was faster, or it is given up."""
    waiting = Review.objects.filter(pk=pk, due_at__lte=now, failed_at=None)
    if not waiting.filter(tries__lt=TRIES).update(due_at=now + PATIENCE, tries=F("tries") + 1):
        _give_up(pk, now, source)
        return False
    try:
        _make(Review.objects.get(pk=pk), now, source)
    except Exception:
        Review.objects.filter(pk=pk, due_at=now + PATIENCE).update(due_at=now + REST)
        raise
    return True


@transaction.atomic
def _give_up(pk: int, now: datetime, source: Source) -> None:
    """Nothing: a review that was begun too often waits for no worker any more."""
    worn = Review.objects.filter(pk=pk, due_at__lte=now, failed_at=None, tries__gte=TRIES)
    if worn.update(failed_at=now):
        act = {"object_type": "review", "object_id": str(pk), "detail": {"tries": TRIES}}
        record("review.fail", source=source, result=Result.FAILED, **act)  # type: ignore[arg-type]  # the words of `Act`


def again(pk: int, *, by: User, now: datetime, source: Source) -> None:
    """Nothing: a review that was given up waits for a worker anew. Raises `Refused` (`ALREADY`)."""
    with transaction.atomic():
        failed = Review.objects.filter(pk=pk).exclude(failed_at=None)
        if not failed.update(failed_at=None, tries=0, run_at=now, due_at=now):
            raise Refused(Code.ALREADY)
        record("review.ask", source=source, actor=by.uid, object_type="review", object_id=str(pk))
        transaction.on_commit(lambda: hand_over(pk), robust=True)


@transaction.atomic
def _asked(order: Order, due_at: datetime, source: Source) -> Review:
    period = {"start": order.start, "end": order.end}
    review = Review.objects.create(profile=order.profile, run_by=order.by, run_at=order.now, due_at=due_at, **period)
    act = {"object_type": "review", "object_id": str(review.pk), "detail": {"profile": order.profile}}
    record("review.ask", source=source, actor=order.by, **act)  # type: ignore[arg-type]  # the words of `Act`
    return review


def _make(review: Review, now: datetime, source: Source) -> Review:
    """The review with its annex: every control checked, the log sealed, signed unless something is in the way.

    What makes an assessment due is looked for first, so that the report tells of it.
    """
    order = Order(review.profile, review.start, review.end, review.run_by, now)
    triggers.watch(shape(), now=now, source=source)
    controls.check(now, source=source, by=order.by, start=order.start, end=order.end)
    sequence.seal(now)
    facts = annex.gather(order)
    text, signed = annex.written(facts), not facts["blockers"]
    if signed:
        text = note.signed(text, keys.signers(sequence.head().origin))
    return _keep(review.pk, order, text, signed, source)


@transaction.atomic
def _keep(pk: int, order: Order, text: str, signed: bool, source: Source) -> Review:
    review = Review.objects.select_for_update().get(pk=pk)
    if review.due_at is None:  # another worker was faster
        return review
    review.annex, review.digest, review.signed = text, annex.digest(text), signed
    review.run_at, review.due_at, review.failed_at = order.now, None, None
    detail = {"profile": order.profile, "digest": review.digest, "signed": signed}
    act = {"object_type": "review", "object_id": str(pk), "detail": detail}
    review.entry = record("review.run", source=source, actor=order.by, **act).pk  # type: ignore[arg-type]  # the words of `Act`
    review.save(update_fields=["annex", "digest", "signed", "run_at", "due_at", "failed_at", "entry"])
    return review


@transaction.atomic
def file(pk: int, authority: str, receipt: str, *, by: User, now: datetime, source: Source) -> None:
    """Nothing: the signed report was filed; if it is the assessment, what was due as it was made is answered by it.

    Raises `Refused`: `GONE`, `UNSIGNED`, `EMPTY` without authority or receipt, `DECIDED` where it was filed before.
    """
    review = Review.objects.select_for_update().filter(pk=pk).first()
    if review is None:
        raise Refused(Code.GONE)
    if not review.signed:
        raise Refused(Code.UNSIGNED)
    if review.filed_at is not None:
        raise Refused(Code.DECIDED)
    if not authority.strip() or not receipt.strip():
        raise Refused(Code.EMPTY)
    Review.objects.filter(pk=pk).update(authority=authority.strip(), receipt=receipt.strip(), filed_at=now)
    due = Trigger.objects.filter(review=None, noticed_at__lte=review.run_at)
    answered = due.update(review=review) if review.profile == triggers.ASSESSMENT else 0
    record(
        "review.file",
        source=source,
        actor=by.uid,
        object_type="review",
        object_id=str(pk),
        detail={"digest": review.digest, "triggers": answered},
    )
