"""What no machine had time to write down is written down once one has, for as long as the case is open."""

from datetime import datetime

from celery import current_app
from django.db import transaction
from django.db.models import QuerySet

from accounts import throttle
from moderation import risk
from moderation.actions import hints, triage
from moderation.actions.cases import locked
from moderation.cases import OPEN
from moderation.hearing import transcribe
from moderation.hearing.turn import turn
from moderation.models import Case, Evidence, Kind, Step
from rooms.models import Room

TASK = "moderation.catch_up"
TRY = "transcript.late"
TRIES = 3  # begun for one track in a day, so that one on which a model dies does not keep it from the others
DAY = 86_400  # s


def hand_over() -> None:
    """Have a worker write down the most urgent track that has no transcript, while no case waits for the model."""
    tracks = _unwritten().order_by("-case__severity", "pk")
    if Case.objects.filter(step=Step.TRANSCRIBE).exists() or not tracks.exists():
        return
    foreign = [room for room, language in _languages(tracks) if not transcribe.chosen().knows(language)]
    for pk in tracks.exclude(case__room__in=foreign).values_list("pk", flat=True)[: triage.AT_ONCE]:
        if not throttle.used_up(TRY, str(pk), limit=TRIES):
            current_app.send_task(TASK, [pk], expires=triage.STILL.total_seconds())
            return


def catch_up(pk: int, now: datetime) -> bool:
    """Whether the track was written down and searched by this call, and its case has the risk that follows."""
    with turn() as ours:
        track = (
            _unwritten().select_related("case__subject", "case__host", "freeze").filter(pk=pk).first() if ours else None
        )
        if track is None or not throttle.hit(TRY, str(pk), limit=TRIES, per=DAY):
            return False
        hints.write_late(track, now)
    with transaction.atomic():
        case = locked(track.case_id)
        points = risk.points(triage.facts(case, now))
        triage.tell_risk(case, points)
        Case.objects.filter(pk=case.pk).update(risk=sum(points.values()))
    return True


def _unwritten() -> QuerySet[Evidence]:
    unheard = Evidence.objects.exclude(hints__kind=Kind.TRANSCRIPT)
    return unheard.filter(destroyed_at=None, case__step=Step.DONE, case__state__in=OPEN)


def _languages(tracks: QuerySet[Evidence]) -> list[tuple[str, str]]:
    rooms = Room.objects.filter(pk__in=tracks.order_by().values("case__room"))
    return list(rooms.values_list("pk", "language"))
