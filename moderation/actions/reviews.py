"""The security review: run, and filed with an authority."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from moderation.actions import controls, triggers
from moderation.actions.base import Code, Refused
from moderation.audit import keys, note, sequence
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.models import Review, Trigger
from moderation.review import annex
from moderation.review.annex import Order
from moderation.review.watch import shape


def run(order: Order, *, source: Source) -> Review:
    """The new review: every control is checked, the log sealed, and the annex signed unless something is in the way.

    What makes an assessment due is looked for first, so that the report tells of it.
    """
    triggers.watch(shape(), now=order.now, source=source)
    controls.check(order.now, source=source, by=order.by, start=order.start)
    sequence.seal(order.now)
    facts = annex.gather(order)
    signed = not facts["blockers"]
    text = annex.written(facts)
    return _keep(order, note.signed(text, keys.signers(sequence.head().origin)) if signed else text, signed, source)


@transaction.atomic
def _keep(order: Order, text: str, signed: bool, source: Source) -> Review:
    digest = annex.digest(text)
    detail = {"profile": order.profile, "digest": digest, "signed": signed}
    entry = record("review.run", source=source, actor=order.by, object_type="review", detail=detail)
    return Review.objects.create(
        profile=order.profile,
        start=order.start,
        end=order.end,
        run_by=order.by,
        run_at=order.now,
        annex=text,
        digest=digest,
        signed=signed,
        entry=entry.pk,
    )


@transaction.atomic
def file(pk: int, authority: str, receipt: str, *, by: User, now: datetime, source: Source) -> None:
    """Nothing: the signed report was filed, and every open trigger is answered by it.

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
    answered = Trigger.objects.filter(review=None, noticed_at__lte=review.run_at).update(review=review)
    record(
        "review.file",
        source=source,
        actor=by.uid,
        object_type="review",
        object_id=str(pk),
        detail={"digest": review.digest, "triggers": answered},
    )
