"""A case moves from one step of the pipeline to the next."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from moderation.audit.source import Source
from moderation.models import Case, Step

SOURCE = Source.internal("celery")
NEXT: Mapping[str, Step] = MappingProxyType(dict(zip(Step, list(Step)[1:], strict=False)))


def move_on(case: Case, now: datetime, **values: Any) -> bool:
    """Whether the case was moved on, by this call alone; not where another report has begun it anew meanwhile."""
    here = Case.objects.filter(pk=case.pk, step=case.step, stepped_at=case.stepped_at)
    return here.update(step=NEXT[case.step], stepped_at=now, **values) == 1
