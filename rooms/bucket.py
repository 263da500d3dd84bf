"""How often something may happen. PURE: the time is an argument."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Bucket:
    """A token bucket: `burst` at once, then `rate` a second. Times are seconds of any clock that never goes back."""

    rate: float
    burst: float
    at: float
    level: float = field(init=False)
    refused: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.level = self.burst

    def take(self, now: float) -> bool:
        """Whether one more may happen now; if so, it is counted."""
        self.level = min(self.burst, self.level + (now - self.at) * self.rate)
        self.at = now
        if self.level >= self.burst:
            self.refused = False
        if self.level < 1:
            return False
        self.level -= 1
        return True

    def first_refusal(self) -> bool:
        """Whether nothing was refused since the bucket was last full; the log needs only that one."""
        first, self.refused = not self.refused, True
        return first
