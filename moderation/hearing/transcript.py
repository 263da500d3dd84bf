"""What a model heard, word by word. PURE."""

import json
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Word:
    """A word, from when to when (ms since the track's first packet), and how sure the model was, from 0 to 1."""

    start: int
    end: int
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a model heard, in which language."""

    language: str
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join(word.text for word in self.words)

    @property
    def score(self) -> float:
        """How sure the model was, on the whole."""
        return sum(word.score for word in self.words) / len(self.words) if self.words else 0.0

    def dump(self) -> bytes:
        """The transcript as JSON."""
        words = [[word.start, word.end, word.text, round(word.score, 3)] for word in self.words]
        return json.dumps({"language": self.language, "words": words}, ensure_ascii=False).encode()

    @classmethod
    def load(cls, data: bytes) -> Self:
        """What `dump` wrote."""
        told = json.loads(data)
        return cls(told["language"], tuple(Word(*word) for word in told["words"]))
