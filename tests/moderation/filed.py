"""Cases as rows, with evidence that was sealed here, for tests of what happens to them by itself."""

import itertools
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.models import User
from moderation.actions import evidence
from moderation.cases import due
from moderation.evidence import keys
from moderation.hearing.transcript import Transcript, Word
from moderation.models import About, Case, Channel, Evidence, Freeze, Report
from moderation.policies import SEVERITIES, Policy
from tests.moderation import tape
from tests.rooms.scenes import NOON

_members = itertools.count(1)


def a_case(subject: User | None = None, policy: Policy = Policy.HARASSMENT, **values: Any) -> Case:
    """A case that was just opened."""
    pair, severity = keys.new_pair(), SEVERITIES[policy]
    fields = {
        "about": About.PERSON if subject else About.NOTICE,
        "subject": subject,
        "room": "room00000000",
        "policy": policy,
        "severity": severity,
        "stepped_at": NOON,
        "opened_at": NOON,
        "due_at": due(severity, NOON),
        "key": pair.public,
        "secret": pair.secret,
    }
    return Case.objects.create(**fields | values)


def a_report(case: Case, reporter: User | None = None) -> Report:
    """Somebody's report in it."""
    return Report.objects.create(
        case=case, reporter=reporter, channel=Channel.ROOM, policy=case.policy, made_at=case.opened_at
    )


def a_freeze(case: Case, outcome: str = "", asked_at: datetime = NOON) -> Freeze:
    """The ring was asked for."""
    report = a_report(case)
    return Freeze.objects.create(
        id=secrets.token_hex(8), case=case, report=report, room=case.room, asked_at=asked_at, outcome=outcome
    )


def a_track(case: Case, packets: Sequence[tuple[int, bytes]]) -> Evidence:
    """What a member said, sealed in its file and attached to the case."""
    freeze = a_freeze(case)
    tape.sealed(freeze, next(_members), [payload for _, payload in packets])
    (track,) = evidence.attach(freeze.pk, NOON)
    return track


class Ear:
    """A model that hears what it is told to hear, and counts how often it was asked."""

    name, version = "ear", "1"

    def __init__(self, text: str = "i will kill you", language: str = "en") -> None:
        self.text, self.language, self.asked = text, language, 0

    def knows(self, language: str) -> bool:
        return language in ("", self.language)

    def transcribe(self, samples: object) -> Transcript:
        self.asked += 1
        return Transcript(self.language, tuple(Word(0, 9, word, 0.5) for word in self.text.split()))
