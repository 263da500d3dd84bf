"""Everything the server keeps of one person, for that person: their data and their own voice, and nobody else's."""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import structlog
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from cryptography.exceptions import InvalidTag
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Count, Q, QuerySet

from accounts import avatars
from accounts.models import BarredDevice, User
from moderation import cases, outcomes
from moderation.actions.evidence import unsealed
from moderation.audit import cosign, people
from moderation.audit.keys import KeysMissingError
from moderation.audit.models import Entry, Label, Part
from moderation.audit.opened import contents
from moderation.evidence import sealed
from moderation.evidence.ogg import ogg
from moderation.hearing.tracks import UnheardError, opened
from moderation.hearing.transcript import Transcript
from moderation.models import Appeal, DataRequest, Evidence, Kind, Report, Staff
from moderation.own import decisions_on
from rooms.models import Member, Reminder, RoomInvite

_log = structlog.get_logger(__name__)

SETTLED = (cases.State.DECIDED, cases.State.APPEALED, cases.State.CLOSED)
"""Cases whose evidence its speaker may have: before that it would tell them that somebody reported."""
AT_ONCE = 500  # entries that are in memory
CROWD = 3
"""So many others were there that a track tells of a report, and not whose it was."""
_ENTRY = ("id", "recorded_at", "action", "result", "reason", "room", "policy", "channel")


def bundle(user: User, tracks: Iterable[Evidence]) -> bytes:
    """A ZIP with `data.json`, the log's newest checkpoint and, as Ogg Opus, these `tracks` of their `voice`, with the
    words that a machine wrote down of it; and their picture.

    It is made in memory: no voice stands on a disk unsealed.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("data.json", "w") as told:
            told.writelines(text.encode() for text in _told(user))
        if newest := cosign.cosigned():
            archive.writestr("checkpoint.txt", str(newest.note))
        if user.avatar and (picture := avatars.read(user.uid, user.avatar)):
            archive.writestr("picture.webp", picture)
        for track in tracks:
            for name, content in _heard(track):
                archive.writestr(f"voice/{track.pk}.{name}", content)
    return file.getvalue()


def _heard(track: Evidence) -> list[tuple[str, bytes | str]]:
    """The track's files; an empty one that says so where it does not open (any more), and all else is theirs still."""
    try:
        sound = ogg(unsealed(track), round(track.start_at.timestamp() * 1000), track.pk)
        words = _written_down(track)
    except (sealed.Refused, KeysMissingError, InvalidTag, UnheardError, OSError) as error:
        _log.error("evidence_unreadable", evidence=track.pk, error=type(error).__name__)
        return [("unreadable", b"")]
    return [("ogg", sound), *([("txt", words)] if words is not None else [])]


def _told(user: User) -> Iterator[str]:
    """The text of `data.json`, piece by piece: a log may be long, and is never in memory as a whole."""
    yield f'{_json(data(user), indent=2).removesuffix("}").rstrip()},\n  "log": ['
    for number, entry in enumerate(_entries(user)):
        yield f"{',' if number else ''}\n    {_json(entry)}"
    yield "\n  ]\n}\n"


def _json(value: object, indent: int | None = None) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=indent)


def _written_down(track: Evidence) -> str | None:
    hint = track.hints.filter(kind=Kind.TRANSCRIPT).exclude(box=None).select_related("case").last()
    return Transcript.load(opened(hint)).text if hint else None


def voice(user: User) -> Iterator[Evidence]:
    """The tracks of their own voice that they may have: all but those that would tell who reported.

    Whoever a decision restricts has read that somebody did; where nothing was decided about them, the track alone would
    say so, and among a few who it was (GDPR Art. 15(4)).
    """
    own = Evidence.objects.filter(user=user, destroyed_at=None, case__state__in=SETTLED, case__secret__isnull=False)
    told = set(decisions_on(user).values_list("case", flat=True))
    for track in own.select_related("case", "freeze").order_by("pk"):
        if track.case_id in told or _others(track).count() >= CROWD:
            yield track


def _others(track: Evidence) -> QuerySet[Member]:
    """Who was in the room beside the speaker when the report was made."""
    there = Q(left_at=None) | Q(left_at__gte=track.start_at)
    came = Member.objects.filter(there, room=track.freeze.room, joined_at__lte=track.freeze.asked_at)
    return came.exclude(number=track.member)


def data(user: User) -> dict[str, Any]:
    """What `data.json` says beside the log. Others are in it only by the id that the person's own acts gave them."""
    return {
        "account": _account(user),
        "accepted": list(user.acceptances.values("profile", "version", "digest", "language", "accepted_at")),
        "came_by_code_at": list(user.redemptions.values_list("redeemed_at", flat=True)),
        "codes": list(
            user.issued.annotate(came=Count("redemptions")).values("created_at", "expires_at", "revoked_at", "came")
        ),
        "rooms": list(
            user.memberships.values(
                *("room", "room__title", "number", "rank", "spoke", "joined_at", "left_at", "removed_at", "barred")
            )
        ),
        "room_links": list(
            RoomInvite.objects.filter(issuer=user)
            .order_by("created_at", "pk")
            .values("room", "stage", "uses", "uses_left", "created_at", "expires_at", "revoked_at")
        ),
        "blocked": list(user.blocks.values("blocked__uid", "created_at")),
        "reports": [_report(one) for one in user.reports.select_related("case").order_by("pk")],
        "decisions": list(
            decisions_on(user)  # not a dismissal: it would tell that somebody reported
            .order_by("pk")
            .values(
                *("id", "measure", "policy", "facts", "ground", "law", "in_force_at", "until", "undone_at", "automated")
            )
        ),
        "appeals": list(
            Appeal.objects.filter(by=user)
            .order_by("pk")
            .values("decision", "words", "made_at", "result", "reasons", "heard_at")
        ),
        "signs_in_with": list(Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")),
        "sessions": list(
            UserSession.objects.filter(user=user).values("created_at", "last_seen_at", "ip", "user_agent")
        ),
        "told_of_rooms": list(
            Reminder.objects.filter(user=user)
            .order_by("pk")
            .values("room", "asked", "asked_for", "created_at", "sent_at")
        ),
        "browsers_notified": user.push_subscriptions.count(),
        "browsers_barred_until": list(
            BarredDevice.objects.filter(user=user).order_by("pk").values_list("until", flat=True)
        ),
        "on_the_staff": list(Staff.objects.filter(user=user).values("role", "granted_at", "expires_at")),
        "asked_of_their_data": _asked(user),
    }


def _asked(user: User) -> list[Mapping[str, object]]:
    asked = DataRequest.objects.filter(user=user).order_by("pk")
    return list(asked.values("wish", "words", "asked_at", "due_at", "answered_at", "granted", "answer"))


def _report(one: Report) -> dict[str, Any]:
    """What they reported, and what became of it in the words they read on the page."""
    told = {name: getattr(one, name) for name in ("number", "policy", "words", "made_at")}
    return told | {"room": one.case.room, "outcome": outcomes.of_report(one).words}


def _account(user: User) -> dict[str, Any]:
    names = ("uid", "username", "display_name", "ai_voice", "language", "theme", "notify_reminders", "notify_openings")
    times = ("date_joined", "last_login", "suspended_until")
    return {name: getattr(user, name) for name in names + times} | {"has_picture": bool(user.avatar)}


def _entries(user: User) -> Iterator[dict[str, Any]]:
    """What they did, as the log has it, and from where; not what others did to them, which would tell of those."""
    who = people.find(user.uid)
    if who is None:
        return
    parts = [part for part in range(8) if part & Part.ACTOR]
    labels = (
        Label.objects.filter(person=who.id, part__in=parts).order_by("entry").values_list("entry", "box").iterator()
    )
    while boxes := dict(islice(labels, AT_ONCE)):
        for entry in Entry.objects.filter(pk__in=boxes).order_by("pk"):
            personal = contents(bytes(boxes[entry.pk]), who, entry)
            own = {name: value for name, (_, value) in personal.items() if name not in ("actor", "object", "second")}
            yield {name: getattr(entry, name) for name in _ENTRY} | own
