"""The tracks of a case, opened for machines: in memory, as long as it takes to hear them."""

from array import array

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.db.models import QuerySet

from moderation.actions.evidence import unsealed
from moderation.audit.keys import KeysMissingError
from moderation.evidence import keys, sealed
from moderation.hearing import box, opus
from moderation.models import Case, Evidence, Hint, Kind


class UnheardError(Exception):
    """A track cannot be heard; `code` says why: it is `gone`, or what `moderation.evidence.sealed` says."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def tracks(case: Case) -> QuerySet[Evidence]:
    """What is kept of the case, the first sealed first."""
    return Evidence.objects.filter(case=case, destroyed_at=None).select_related("case", "freeze").order_by("pk")


def samples(track: Evidence) -> "array[int]":
    """The track as sound at 16 kHz, proven to be what the log says it is. Raises `UnheardError`."""
    try:
        records = unsealed(track)
    except OSError as error:
        raise UnheardError("gone") from error
    except sealed.Refused as error:
        raise UnheardError(error.code) from error
    except (KeysMissingError, InvalidTag, ValueError) as error:
        raise UnheardError(sealed.Code.SHUT) from error
    return opus.decode((record.at, record.payload) for record in records)


def shut(plain: bytes, case: Case, track: Evidence, kind: Kind) -> bytes:
    """The box that only this case's key opens, and only as this track's hint of this kind."""
    return box.seal(plain, case.key, _place(track.pk, kind), X25519PrivateKey.generate())


def opened(hint: Hint) -> bytes:
    """What the hint keeps of words. It is evidence: to show it takes leave, and an entry. Raises `UnheardError`."""
    case = hint.case
    try:
        private = keys.private(case.key, bytes(case.secret or b""))
        return box.unseal(bytes(hint.box or b""), private, _place(hint.evidence_id, hint.kind))
    except (KeysMissingError, InvalidTag, ValueError, box.ShutError) as error:
        raise UnheardError(sealed.Code.SHUT) from error


def _place(track: int | None, kind: str) -> bytes:
    return f"{track}/{kind}".encode()
