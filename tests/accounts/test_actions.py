"""The writers: each changes what it says and records it, or refuses and changes nothing."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import actions, codes, invites, notice
from accounts.actions import Code, Keys, Newcomer, Refused
from accounts.models import Acceptance, InviteCode, Purpose, Redemption, User
from moderation.audit.source import Source
from tests.accounts.conftest import PASSWORD
from tests.log import entries

pytestmark = pytest.mark.django_db
CAROL = Newcomer("00c0ffee00c0ffee", "carol", "Carol", "en", Keys(password="!hash"))
HERE = notice.of("standard")


def digest(code: str) -> str:
    return codes.digest_of(invites.normalise(code))


def everything() -> tuple[object, ...]:
    """Every row that an action may change."""
    models = (User, InviteCode, Redemption, Acceptance, Authenticator)
    return tuple(list(model.objects.order_by("pk").values()) for model in models)


def test_issuing_stores_only_a_keyed_hash(alice: User, now: datetime, source: Source) -> None:
    code = actions.issue(alice, uses=2, days=7, now=now, source=source)
    invite = InviteCode.objects.get()
    assert invite.digest == digest(code)
    assert (invite.issuer, invite.uses, invite.uses_left) == (alice, 2, 2)
    assert invite.expires_at == now + timedelta(days=7)
    assert code not in repr(InviteCode.objects.values().get())
    (entry,) = entries(action="invite.issue")
    assert (entry.actor, entry.object_id) == (alice.uid, invite.uid)


def test_a_member_lets_in_as_many_as_their_quota_and_no_more(alice: User, now: datetime, source: Source) -> None:
    actions.issue(alice, uses=3, days=7, now=now, source=source)
    actions.issue(alice, uses=2, days=7, now=now, source=source)
    before = everything()
    with pytest.raises(Refused) as refused:
        actions.issue(alice, uses=1, days=7, now=now, source=source)
    assert refused.value.code is Code.QUOTA
    assert everything() == before


def test_who_came_stays_counted_and_what_ran_out_unused_does_not(alice: User, now: datetime, source: Source) -> None:
    code = actions.issue(alice, uses=5, days=7, now=now, source=source)
    actions.join(digest(code), CAROL, HERE, now=now, source=source)
    InviteCode.objects.update(expires_at=now)
    actions.issue(alice, uses=4, days=7, now=now, source=source)
    with pytest.raises(Refused):
        actions.issue(alice, uses=1, days=7, now=now, source=source)


def test_an_owner_has_no_quota(alice: User, now: datetime, source: Source) -> None:
    User.objects.update(is_superuser=True)
    actions.issue(alice, uses=500, days=7, now=now, source=source)


def test_revoking_ends_a_code_once(alice: User, code: str, now: datetime, source: Source) -> None:
    invite = InviteCode.objects.get()
    actions.revoke(invite.uid, by=alice, now=now, source=source)
    assert codes.refusal(codes.find(digest(code)), now) is invites.Code.REVOKED
    with pytest.raises(Refused) as refused:
        actions.revoke(invite.uid, by=alice, now=now, source=source)
    assert refused.value.code is Code.GONE
    assert len(entries(action="invite.revoke")) == 1


def test_nobody_revokes_anothers_code(bob: User, code: str, now: datetime, source: Source) -> None:
    before = everything()
    with pytest.raises(Refused) as refused:
        actions.revoke(InviteCode.objects.get().uid, by=bob, now=now, source=source)
    assert refused.value.code is Code.GONE
    assert everything() == before


def test_joining_writes_everything_at_once(alice: User, code: str, now: datetime, source: Source) -> None:
    carol = actions.join(digest(code), CAROL, HERE, now=now, source=source)
    assert (carol.uid, carol.username, carol.display_name) == (CAROL.uid, "carol", "Carol")
    assert Redemption.objects.get().user == carol
    assert Acceptance.objects.get().digest == HERE.digest
    (created,) = entries(action="account.create")
    assert (created.second, created.detail) == (alice.uid, {"way": "password", "owner": False})
    (redeemed,) = entries(action="invite.redeem")
    assert (redeemed.actor, redeemed.detail) == (carol.uid, {"uses_left": 0})


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"uses_left": 0}, invites.Code.USED),
        ({"expires_at": None}, invites.Code.EXPIRED),
        ({"revoked_at": None}, invites.Code.REVOKED),
    ],
)
def test_a_code_that_is_over_makes_nobody(
    code: str, now: datetime, source: Source, change: dict[str, object], refusal: invites.Code
) -> None:
    InviteCode.objects.update(**{field: now if value is None else value for field, value in change.items()})
    before = everything()
    with pytest.raises(invites.Refused) as refused:
        actions.join(digest(code), CAROL, HERE, now=now, source=source)
    assert refused.value.code is refusal
    assert everything() == before


def test_a_code_of_a_closed_account_makes_nobody(alice: User, code: str, now: datetime, source: Source) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert codes.refusal(codes.find(digest(code)), now) is invites.Code.REVOKED
    before = everything()
    with pytest.raises(invites.Refused) as refused:
        actions.join(digest(code), CAROL, HERE, now=now, source=source)
    assert refused.value.code is invites.Code.REVOKED
    assert everything() == before


def test_redeeming_is_one_conditional_update(code: str, now: datetime, source: Source) -> None:
    with CaptureQueriesContext(connection) as queries:
        actions.join(digest(code), CAROL, HERE, now=now, source=source)
    updates = [query["sql"] for query in queries if query["sql"].startswith('UPDATE "accounts_invitecode"')]
    assert len(updates) == 1
    assert "SELECT" not in updates[0]
    assert all(f'"{field}"' in updates[0] for field in ("digest", "revoked_at", "expires_at", "uses_left"))


def test_a_code_nobody_issued_makes_nobody(alice: User, now: datetime, source: Source) -> None:
    before = everything()
    with pytest.raises(invites.Refused) as refused:
        actions.join("0" * 64, CAROL, HERE, now=now, source=source)
    assert refused.value.code is invites.Code.UNKNOWN
    assert everything() == before


@pytest.mark.parametrize("username", ["alice", "ALICE"])
def test_a_user_name_that_is_taken_leaves_the_code_as_it_was(
    code: str, now: datetime, source: Source, username: str
) -> None:
    before = everything()
    with pytest.raises(Refused) as refused:
        actions.join(digest(code), replace(CAROL, username=username), HERE, now=now, source=source)
    assert refused.value.code is Code.TAKEN
    assert everything() == before
    assert not entries(action="account.create")


def test_owner_links_replace_each_other_until_there_is_an_owner(now: datetime, source: Source) -> None:
    first, second = actions.owner_link(), actions.owner_link()
    assert first is not None
    assert second is not None
    with pytest.raises(invites.Refused):
        actions.join(digest(first), CAROL, HERE, now=now, source=source)
    owner = actions.join(digest(second), CAROL, HERE, now=now, source=source)
    assert owner.is_superuser
    assert actions.owner_link() is None


def test_a_second_owner_is_not_made_by_a_link_from_before(now: datetime, source: Source) -> None:
    link = actions.owner_link()
    assert link is not None
    User.objects.create_superuser("olga", display_name="Olga")
    before = everything()
    with pytest.raises(Refused) as refused:
        actions.join(digest(link), CAROL, HERE, now=now, source=source)
    assert refused.value.code is Code.OWNED
    assert everything() == before


def test_a_reset_replaces_every_way_in(bob: User, now: datetime, source: Source) -> None:
    TOTP.activate(bob, "JBSWY3DPEHPK3PXP")
    code = actions.issue_reset(bob, now=now, source=source)
    user = actions.replace_keys(digest(code), Keys(password="!new"), now=now, source=source)
    user.refresh_from_db()
    assert user == bob
    assert user.password == "!new"
    assert not Authenticator.objects.filter(user=bob).exists()
    (entry,) = entries(action="account.reset")
    assert (entry.actor, entry.detail) == (bob.uid, {"way": "password"})
    with pytest.raises(invites.Refused):
        actions.replace_keys(digest(code), Keys(password="!newer"), now=now, source=source)


def test_a_newer_reset_link_revokes_the_older_one(bob: User, now: datetime, source: Source) -> None:
    old = actions.issue_reset(bob, now=now, source=source)
    actions.issue_reset(bob, now=now, source=source)
    assert codes.refusal(codes.find(digest(old)), now) is invites.Code.REVOKED


@pytest.mark.parametrize("purpose", [Purpose.JOIN, Purpose.OWNER])
def test_a_code_for_newcomers_replaces_nobodys_keys(
    alice: User, code: str, now: datetime, source: Source, purpose: Purpose
) -> None:
    InviteCode.objects.update(purpose=purpose)
    before = everything()
    with pytest.raises(invites.Refused):
        actions.replace_keys(digest(code), Keys(password="!new"), now=now, source=source)
    assert everything() == before


def test_a_reset_code_makes_nobody(bob: User, now: datetime, source: Source) -> None:
    code = actions.issue_reset(bob, now=now, source=source)
    before = everything()
    with pytest.raises(invites.Refused):
        actions.join(digest(code), CAROL, HERE, now=now, source=source)
    assert everything() == before


def test_accepting_the_same_text_again_changes_nothing(bob: User, now: datetime, source: Source) -> None:
    actions.accept(bob, HERE, "en", now=now, source=source)
    before = everything()
    actions.accept(bob, HERE, "zh-hans", now=now + timedelta(days=1), source=source)
    assert everything() == before
    (entry,) = entries(action="notice.accept")
    assert entry.detail["sha256"] == HERE.digest


def test_changing_a_profile_records_which_fields_and_not_what_is_in_them(bob: User, source: Source) -> None:
    actions.change_profile(bob, display_name="Robert", language="", source=source)
    actions.change_profile(bob, display_name="Robert", language="", source=source)
    bob.refresh_from_db()
    assert bob.display_name == "Robert"
    (entry,) = entries(action="account.change")
    assert entry.detail == {"fields": ["display_name"]}


def test_a_link_leads_to_onboarding(settings: object) -> None:
    settings.PUBLIC_URL = "https://stoa.example"  # type: ignore[attr-defined]
    assert actions.link("AAAA") == "https://stoa.example/join/AAAA"


def test_the_password_of_the_cast_would_pass() -> None:
    assert len(PASSWORD) >= 10
