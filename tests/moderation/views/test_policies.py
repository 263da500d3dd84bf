"""The rules, written in the console and read by everybody."""

import pytest
from django.test import Client

from accounts.models import User
from moderation.audit.models import Entry, Result
from moderation.models import PolicyText
from moderation.policies import Policy
from moderation.rules import rule_of
from moderation.staff import Role
from tests.accounts.pages import text
from tests.moderation.cast import at_console


def write(client: Client, **fields: str) -> str:
    said = {
        "policy": "spam",
        "version": str(rule_of(Policy.SPAM).version),
        "english": "No leaflets.",
        "chinese": "禁止传单。",
    } | fields
    return text(client.post("/console/policies/new/", said, follow=True))


def test_the_newest_text_counts_and_the_first_one_stays_beside_it(alice: User, client: Client) -> None:
    page = write(at_console(alice, Role.SENIOR))
    assert "Written. It counts from now on." in page
    assert "No advertising nobody asked for" in page
    made = PolicyText.objects.get()
    assert (made.version, made.made_by) == (2, alice.uid)
    rules = text(client.get("/rules/", headers={"accept-language": "zh-hans"}))
    assert "禁止传单。" in rules
    assert "No leaflets." not in rules


def test_the_log_has_the_digest_of_the_words_and_not_the_words(alice: User) -> None:
    write(at_console(alice, Role.SENIOR))
    entry = Entry.objects.get(action="policy.write")
    assert entry.policy == "spam"
    assert set(entry.detail) == {"version", "words"}
    assert "leaflets" not in str(entry.detail)


@pytest.mark.parametrize("fields", [{"chinese": " "}, {"english": ""}, {"policy": "nonsense"}])
def test_a_text_that_lacks_a_language_or_a_policy_changes_nothing(alice: User, fields: dict[str, str]) -> None:
    write(at_console(alice, Role.SENIOR), **fields)
    assert not PolicyText.objects.exists()


def test_the_same_text_once_more_is_refused(alice: User) -> None:
    client = at_console(alice, Role.SENIOR)
    write(client)
    assert "This was decided already." in write(client)
    assert PolicyText.objects.count() == 1


def test_who_was_overtaken_reads_the_other_text_and_has_their_own_in_the_form(alice: User, bob: User) -> None:
    write(at_console(alice, Role.SENIOR, days=None))
    late = at_console(bob, Role.SENIOR)
    page = write(late, english="No flyers.", chinese="禁止派单。", version="1")
    assert "Somebody else has just changed it" in page
    assert '<p lang="en">No leaflets.</p>' in page
    assert all(words in page for words in ("<details open>", "No flyers.</textarea>", "禁止派单。</textarea>"))
    assert PolicyText.objects.get().version == 2
    assert Entry.objects.get(action="policy.write", result=Result.REFUSED).reason == "overtaken"
    assert Entry.objects.filter(action="console.read", object_id="policy.write").count() == 1
    assert '<input type="hidden" name="version" value="2"' in page
    assert "Written." in write(late, english="No flyers.", version="2")


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.REVIEWER, Role.INSPECTOR])
def test_only_a_senior_writes_rules(mallory: User, role: Role) -> None:
    client = at_console(mallory, role)
    assert client.post("/console/policies/new/", {"policy": "spam", "english": "x", "chinese": "x"}).status_code == 403
    assert not PolicyText.objects.exists()
    assert Entry.objects.order_by("-pk")[0].result == Result.REFUSED


def test_a_stranger_reads_the_rules_without_signing_in(client: Client, db: None) -> None:
    answer = client.get("/rules/", headers={"accept-language": "en"})
    assert answer.status_code == 200
    assert "Do not threaten anybody with violence" in text(answer)
