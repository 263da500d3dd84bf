"""Writing the rules: a new text beside the old ones, which stay, since decisions name their version."""

import hashlib
from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.models import User
from moderation.actions.base import Code, Refused
from moderation.audit.record import record
from moderation.audit.source import Source
from moderation.models import PolicyText
from moderation.policies import Policy
from moderation.rules import rule_of


@transaction.atomic
def write(
    policy: Policy, version: int, english: str, chinese: str, *, by: User, now: datetime, source: Source
) -> PolicyText:
    """The text of the policy that counts from now on, in the place of this `version`; the log has its digest.

    Raises `Refused`: EMPTY where it lacks a language, OVERTAKEN where another version counts by now, DECIDED where it
    says what the present one says.
    """
    english, chinese = english.strip(), chinese.strip()
    if not english or not chinese:
        raise Refused(Code.EMPTY)
    present = rule_of(policy)
    if present.version != version:
        raise Refused(Code.OVERTAKEN)
    if (present.english, present.chinese) == (english, chinese):
        raise Refused(Code.DECIDED)
    words = hashlib.sha256(f"{english}\n{chinese}".encode()).hexdigest()
    entry = record(
        "policy.write",
        source=source,
        actor=by.uid,
        object_type="policy",
        object_id=policy,
        policy=policy,
        before={"english": present.english, "chinese": present.chinese},
        after={"english": english, "chinese": chinese},
        detail={"version": version + 1, "words": words},
    )
    try:
        with transaction.atomic():
            return PolicyText.objects.create(
                policy=policy,
                version=version + 1,
                english=english,
                chinese=chinese,
                made_by=by.uid,
                made_at=now,
                entry=entry.pk,
            )
    except IntegrityError as error:  # of somebody who writes one at this moment
        raise Refused(Code.OVERTAKEN) from error
