"""Transcripts searched for phrases, by policy."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from accounts import words
from moderation.hearing.transcript import Transcript
from moderation.policies import Policy

LISTED = "listed"
"""What a phrase of the community's own list (STOA_WORDS) counts as."""
_SPOKEN = Path(__file__).with_name("spoken.txt")


@dataclass(frozen=True, slots=True)
class Screening:
    """The phrases that were found: which they are, and how many for each policy."""

    found: tuple[str, ...]
    counts: Mapping[str, int]

    @property
    def score(self) -> float:
        """How likely something of the kind was said, from 0 to 1, if the transcript is right."""
        return 1 - 0.5 ** len(self.found)


class Screener(Protocol):
    """Something that reads transcripts."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def version(self) -> str:
        """Which one of that name."""

    def screen(self, transcript: Transcript) -> Screening:
        """What it finds."""


@dataclass(frozen=True)
class WordList:
    """Phrases (skeletons, see `accounts.words`), each with the policy it belongs to."""

    phrases: Mapping[str, str]
    name = "words"

    @cached_property
    def version(self) -> str:
        """The beginning of the list's hash: whoever has the list can show that it was this one."""
        lines = "\n".join(f"{policy}: {phrase}" for phrase, policy in sorted(self.phrases.items()))
        return hashlib.sha256(lines.encode()).hexdigest()[:12]

    def screen(self, transcript: Transcript) -> Screening:
        """The phrases that were said, each once."""
        text = words.skeleton(transcript.text)
        found = tuple(phrase for phrase in self.phrases if words.contains(text, phrase))
        return Screening(found, Counter(self.phrases[phrase] for phrase in found))


def chosen() -> Screener:
    """The server's own list, and the community's."""
    return WordList(dict.fromkeys(words.listed(), LISTED) | read(_SPOKEN.read_text(encoding="utf-8")))


def read(text: str) -> dict[str, str]:
    """The phrases of a list, each with its policy. Raises `ValueError` for a policy there is none of."""
    phrases = {}
    for line in filter(None, (line.partition("#")[0].strip() for line in text.splitlines())):
        policy, _, phrase = line.partition(":")
        phrases[words.skeleton(phrase)] = Policy(policy).value
    return phrases
