"""What is done to the house itself, and to people's second factors and browsers: acts that `actor` mixes in."""

from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import transaction
from django.utils import timezone

from accounts import push
from accounts.actions import push as browsers
from accounts.models import PushSubscription, User
from moderation.actions import controls, holds, lawful, policies, reflexes, reviews, statements, triggers, unmasking
from moderation.audit.erase import erase
from moderation.audit.models import Hold
from moderation.models import (
    Authority,
    Finding,
    Held,
    HoldRequest,
    LawfulRequest,
    Reason,
    Review,
    Severity,
    Staff,
    Unmasking,
)
from moderation.policies import Policy
from moderation.reflexes import Name
from moderation.review.annex import Order
from moderation.review.watch import shape
from moderation.rules import rule_of
from moderation.staff import Role
from tests.flows.casework import Anybody

DAY = timedelta(days=1)


def report_finding(one: Anybody) -> None:
    controls.report("A door is open.", one.chance.choice(list(Severity)), by=_senior(one), **one.terms)


def mend(one: Anybody) -> None:
    if finding := one.pick(Finding.objects.filter(closed_at=None)):
        controls.take(finding.pk, _senior(one), one.now + DAY, by=_senior(one), source=one.terms["source"])
        controls.close(finding.pk, "It is shut.", by=_senior(one), **one.terms)


def check(one: Anybody) -> None:
    """Every control, as the clock has it done every hour; it is slow, so not often."""
    if one.chance.random() < 0.1:
        triggers.watch(shape(), **one.terms)
        controls.check(one.now, source=one.terms["source"], by=_senior(one).uid)


def state(one: Anybody) -> None:
    statements.state("officer", f"Alice, room {one.chance.random()}", "", by=_senior(one).uid, **one.terms)


def write(one: Anybody) -> None:
    present, words = rule_of(Policy.SPAM).version, f"No leaflets: {one.chance.random()}"
    policies.write(Policy.SPAM, present, words, "禁止传单。", by=_senior(one), **one.terms)


def switch(one: Anybody) -> None:
    reflexes.switch(Name.CROWD, on=one.chance.random() < 0.5, limit=50, by=_senior(one), **one.terms)


def notice(one: Anybody) -> None:
    triggers.report(Reason.NOTICE, "A letter.", by=_senior(one), **one.terms)


def review(one: Anybody) -> None:
    """A review, which the worker makes; one at a time, and now and then a report is filed."""
    if one.chance.random() < 0.1 and not Review.objects.exclude(due_at=None).exists():
        reviews.ask(Order("cn", one.now - 30 * DAY, one.now, _senior(one).uid, one.now), source=one.terms["source"])
    elif made := one.pick(Review.objects.filter(signed=True, filed_at=None)):
        reviews.file(made.pk, "Station 7", "receipt 12", by=_senior(one), **one.terms)


def hold(one: Anybody) -> None:
    """Asked for by one of the staff, placed or refused by another."""
    asked = holds.ask(
        Held.PERSON, one.who.uid, "Court order 7/26", one.now + DAY, by=_senior(one, one.who), **one.terms
    )
    holds.decide(asked.pk, one.chance.random() < 0.7, by=_senior(one, asked.asked_by, one.who), **one.terms)


def answer_hold(one: Anybody) -> None:
    if asked := one.pick(HoldRequest.objects.filter(decided_at=None)):
        holds.decide(asked.pk, False, by=_senior(one, asked.asked_by), **one.terms)


def release(one: Anybody) -> None:
    if placed := one.pick(Hold.objects.filter(released_at=None)):
        holds.release(placed.pk, by=_senior(one), **one.terms)


def unmask(one: Anybody) -> None:
    unmasking.ask(one.who.uid, "A court asks.", by=_senior(one, one.who), **one.terms)


def answer_unmask(one: Anybody) -> None:
    if wish := one.pick(Unmasking.objects.filter(decided_at=None).select_related("asked_by")):
        approved, by = one.chance.random() < 0.5, _senior(one, wish.asked_by)
        unmasking.decide(wish.pk, approved=approved, by=by, **one.terms)


def ask_by_law(one: Anybody) -> None:
    span = (one.now - DAY, one.now)
    wish = lawful.Wish(Authority.POLICE, "Station 7", "warrant 12", one.who.uid, "", *span)
    lawful.ask(wish, by=_senior(one, one.who), **one.terms)


def answer_by_law(one: Anybody) -> None:
    if asked := one.pick(LawfulRequest.objects.filter(decided_at=None).select_related("asked_by")):
        lawful.decide(asked.pk, one.chance.random() < 0.7, by=_senior(one, asked.asked_by), **one.terms)


def let_go(one: Anybody) -> None:
    if asked := one.pick(LawfulRequest.objects.filter(approved=True, exported_at=None)):
        lawful.export(asked.pk, "0" * 64, by=_senior(one), **one.terms)


def subscribe(one: Anybody) -> None:
    """A browser of theirs, at a push service that nobody knows: who sends there finds it gone."""
    endpoint = f"https://nobody.example/{one.chance.randrange(100)}"
    browsers.subscribe(
        one.who, browsers.Browser(one.chance.choice("kl") * 32, endpoint, "B" * 87, "A" * 22), **one.terms
    )


def unsubscribe(one: Anybody) -> None:
    if browser := one.pick(PushSubscription.objects.select_related("user")):
        browsers.unsubscribe(browser.user, browser.endpoint, source=one.terms["source"])


def tell(one: Anybody) -> None:
    if browser := one.pick(PushSubscription.objects.select_related("user")):
        push.send(browser.user, "Owls", "at night", "/", timezone.now() + timedelta(hours=one.chance.randrange(48)))


def add_codes(one: Anybody) -> None:
    with transaction.atomic():
        RecoveryCodes.activate(one.who)


def use_code(one: Anybody) -> None:
    if factor := one.pick(Authenticator.objects.filter(type=Authenticator.Type.RECOVERY_CODES)):
        codes = factor.wrap().get_unused_codes()
        factor.wrap().validate_code(codes[0] if codes else "")


def drop_codes(one: Anybody) -> None:
    if factor := one.pick(Authenticator.objects.filter(type=Authenticator.Type.RECOVERY_CODES)):
        factor.delete()


def forget(one: Anybody) -> None:
    """Somebody is erased from the log; who they are is not asked again, so it is one of those who came in."""
    if lost := one.pick(User.objects.filter(username__startswith="new_")):
        erase(lost.uid, by=_senior(one).uid, reason="request", **one.terms)


ACTS = (
    *(report_finding, mend, check, state, write, switch, notice, review),
    *(hold, answer_hold, release, unmask, answer_unmask, ask_by_law, answer_by_law, let_go),
    *(subscribe, subscribe, unsubscribe, tell, add_codes, use_code, drop_codes, forget),
)


def _senior(one: Anybody, *others: User) -> User:
    """A senior moderator who is none of these."""
    free = Staff.objects.filter(role=Role.SENIOR).exclude(user__in=others).select_related("user")
    user: User = one.pick(free).user
    return user
