"""The rules of this server: the words of each policy in both languages, the newest of the staff's or the first ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.translation import get_language

from moderation.models import PolicyText
from moderation.policies import Policy
from moderation.words import POLICY_TEXTS

FIRST_VERSION = 1
"""Of the texts that came with the server."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The text of a policy that counts now; `since` is empty for the one that came with the server."""

    policy: Policy
    version: int
    english: str
    chinese: str
    since: datetime | None = None
    by: str = ""

    @property
    def text(self) -> str:
        """The words in the language that is active."""
        return self.chinese if (get_language() or "").startswith("zh") else self.english


def current() -> list[Rule]:
    """Every policy with the text that counts."""
    newest = {text.policy: text for text in PolicyText.objects.order_by("version")}
    return [_rule(newest[policy]) if policy in newest else first(policy) for policy in Policy]


def rule_of(policy: Policy) -> Rule:
    """The text of one policy that counts."""
    newest = PolicyText.objects.filter(policy=policy).order_by("-version").first()
    return _rule(newest) if newest else first(policy)


def first(policy: Policy) -> Rule:
    """The text of the policy that came with the server."""
    return Rule(policy, FIRST_VERSION, _first(policy, "en"), _first(policy, "zh-hans"))


def earlier(policy: Policy) -> Sequence[Rule]:
    """The texts of the policy that count no more, the newest first."""
    texts = PolicyText.objects.filter(policy=policy).order_by("-version")
    return [*map(_rule, texts), first(policy)][1:]


def _rule(text: PolicyText) -> Rule:
    return Rule(Policy(text.policy), text.version, text.english, text.chinese, text.made_at, text.made_by)


def _first(policy: Policy, language: str) -> str:
    with translation.override(language):
        return str(POLICY_TEXTS[policy])
