"""Rules are written one version after the other: femi and gus write, each with the present version before them."""

import pytest

from accounts.models import User
from moderation.actions import policies
from moderation.actions.base import Code, Refused
from moderation.audit.models import Entry
from moderation.models import PolicyText
from moderation.policies import Policy
from moderation.rules import first
from tests.log import entry
from tests.rooms.scenes import NOON, SOURCE

pytestmark = pytest.mark.django_db


def write(by: User, version: int, english: str) -> PolicyText:
    return policies.write(Policy.SPAM, version, english, "禁止传单。", by=by, now=NOON, source=SOURCE)


def refused(by: User, version: int, english: str) -> None:
    """Refused as overtaken, and nothing changed."""
    before = list(PolicyText.objects.values()), Entry.objects.count()
    with pytest.raises(Refused) as told:
        write(by, version, english)
    assert told.value.code is Code.OVERTAKEN
    assert (list(PolicyText.objects.values()), Entry.objects.count()) == before


def test_each_version_follows_the_one_that_its_writer_read(femi: User, gus: User) -> None:
    assert [write(femi, 1, "No leaflets.").version, write(gus, 2, "No flyers.").version] == [2, 3]
    assert entry(action="policy.write", actor=gus.uid).detail["version"] == 3


@pytest.mark.parametrize("version", [1, 3, -1])
def test_who_read_another_version_than_the_present_one_changes_nothing(femi: User, gus: User, version: int) -> None:
    write(femi, 1, "No leaflets.")
    refused(gus, version, "No flyers.")


def test_who_is_overtaken_while_they_write_changes_nothing(
    femi: User, gus: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(femi, 1, "No leaflets.")
    monkeypatch.setattr(policies, "rule_of", first)  # asked a moment before the other one was stored
    refused(gus, 1, "No flyers.")
