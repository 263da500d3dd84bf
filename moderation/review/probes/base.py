"""What a check is given and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from moderation.audit.models import Entry, Result
from moderation.models import Outcome


@dataclass(frozen=True, slots=True)
class Span:
    """The time a check looks at: from `start` up to `end`, which is also its now if `moment` says no other."""

    start: datetime
    end: datetime
    moment: datetime | None = None

    @property
    def now(self) -> datetime:
        """When the check looks: what is so now is no matter of the period."""
        return self.moment or self.end

    def acts(self, action: str, *, refused: bool = False) -> int:
        """How many entries of this action there are in the span."""
        result = Result.REFUSED if refused else Result.OK
        times = {"recorded_at__gte": self.start, "recorded_at__lt": self.end}
        return Entry.objects.filter(action=action, result=result, **times).count()


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found: whole numbers and short words, which the sentence of the report is made of."""

    outcome: Outcome
    facts: Mapping[str, int | str]

    @classmethod
    def if_true(cls, passed: bool, **facts: int | str) -> Self:
        """Passed or failed."""
        return cls(Outcome.PASSED if passed else Outcome.FAILED, facts)

    @classmethod
    def unknown(cls, **facts: int | str) -> Self:
        """What could not be measured."""
        return cls(Outcome.UNKNOWN, facts)
