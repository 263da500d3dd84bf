"""The moderation's desk for flows: who sits there with a second factor, and what lies on it."""

SIT_DOWN = """
import time
from importlib import import_module
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils import timezone
from accounts.models import User
from moderation.actions import staff
from moderation.audit.source import Source
from moderation.staff import GUESTS, Role

for name, role in %(roles)r.items():
    user, days = User.objects.get(username=name), 7 if Role(role) in GUESTS else None
    staff.grant(user, Role(role), days, now=timezone.now(), source=Source.internal("command"))
    factor = Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    session = import_module(settings.SESSION_ENGINE).SessionStore(%(keys)r[name])
    shown = {"method": "mfa", "at": time.time(), "id": factor.pk, "type": factor.type}
    session["account_authentication_methods"] = [shown]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
"""
"""Run by `manage.py shell`: these people are on the staff, and their sessions have shown a second factor."""

PILE = """
import json
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from moderation.actions import appeals, cases, decisions, reports, rights
from moderation.actions.decisions import Verdict
from moderation.actions.reports import Complaint
from moderation.audit.source import Source
from moderation.measures import Measure
from moderation.models import Channel, Wish
from moderation.policies import Policy

who = {user.username: user for user in User.objects.all()}
how = {"source": Source.internal("command"), "now": timezone.now()}

def reported(by, whom, policy):
    words = "He keeps shouting at people who come on stage."
    return reports.report_person(who[by], who[whom].uid, Complaint(policy, Channel.PROFILE, words, "en"), **how).case

def decided(case, measure, facts, lasts=None):
    cases.claim(case.pk, by=who["dana"], **how)
    return decisions.decide(case.pk, Verdict(measure, case.policy, facts, lasts), by=who["dana"], **how)

waiting = reported("carol", "bob", Policy.HARASSMENT)
held = reported("carol", "erin", Policy.SPAM)
cases.claim(held.pk, by=who["femi"], **how)
proposal = reported("carol", "mallory", Policy.HATE)
decided(proposal, Measure.BAN, "Called for violence, again and again.")
appealed = reported("bob", "carol", Policy.IMPERSONATION)
made = decided(appealed, Measure.WARN, "Said to be Alice.")
appeals.appeal(made.pk, "It was my brother.", by=who["carol"], **how)
suspended = decided(reported("carol", "gus", Policy.SPAM), Measure.SUSPEND, "Sold watches.", timedelta(days=7))
decided(reported("carol", "alice", Policy.PRIVACY), Measure.NONE, "She told her own address.")
rights.ask(who["carol"], Wish.ERASURE, "The rooms I was in.", **how)
numbers = {"waiting": waiting, "held": held, "proposal": proposal, "appeal": appealed, "suspended": suspended}
print(json.dumps({name: row.pk for name, row in numbers.items()}))
"""
"""Run by `manage.py shell`: a case that waits, one that femi holds, one that is proposed, one that is appealed, gus
who is suspended until somebody hears him, and alice, about whom nothing was found; prints the numbers of cases, and of
gus's decision."""
