"""The moderation's desk for flows: who sits there with a second factor, what lies on it, and where it is seen."""

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

GUARDED = """
from allauth.mfa.totp.internal.auth import TOTP
from django.utils import timezone
from accounts.models import User
from moderation.actions import staff
from moderation.audit.source import Source
from moderation.staff import Role

user = User.objects.get(username=%(name)r)
user.set_password(%(password)r)
user.save()
TOTP.activate(user, %(secret)r)
staff.grant(user, Role(%(role)r), None, now=timezone.now(), source=Source.internal("command"))
"""
"""Run by `manage.py shell`: this person is on the staff, and signs in with this password and an app with codes."""

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

HEARD = """
import json
from datetime import timedelta
from django.db import transaction
from django.utils import timezone
from accounts.models import User
from moderation.actions import appeals, cases, controls, decisions, evidence, grants, holds, lawful, reports, unmasking
from moderation.actions.decisions import Verdict
from moderation.actions.reports import Complaint
from moderation.audit.source import Source
from moderation.hearing.tracks import shut
from moderation.hearing.transcript import Transcript, Word
from moderation.measures import Measure
from moderation.models import Authority, Channel, Freeze, Held, Hint, Kind, Result, Severity
from moderation.policies import Policy
from rooms.models import Member, Room
from tests.moderation import tape

who = {user.username: user for user in User.objects.all()}
now = timezone.now()
how = {"source": Source.internal("command"), "now": now}
room = Room.objects.get(title="Slow Sunday")
for number, name in enumerate(("bob", "erin"), 2):
    Member.objects.create(room=room, user=who[name], number=number, joined_at=now)
Room.objects.filter(pk=room.pk).update(numbers=3)
quiet, words = (b"\\xf8\\xff\\xfe",) * 25, "get out of here or i will find you".split()

def spoken(frequency, pause):
    loud = tape.tone(frequency)
    return [packet for at in range(0, 100, pause) for packet in (*loud[at : at + pause], *quiet)] * 5

def hint(track, kind, model, score, facts, box=None):
    said = {"case": track.case, "evidence": track, "kind": kind, "model": model, "version": "5.1.0"}
    Hint.objects.create(**said, score=score, facts=facts, box=box, made_at=now)

@transaction.atomic
def heard(by, number, policy):
    report = reports.report_member(who[by], room.pk, number, Complaint(policy, Channel.ROOM), **how)
    freeze = Freeze.objects.get(report=report)
    for member, frequency, pause in ((number, 440, 20), (1, 220, 33)):
        tape.sealed(freeze, member, spoken(frequency, pause))
    text = Transcript("en", tuple(Word(at, at + 1, word, 0.6) for at, word in enumerate(words)))
    for track in evidence.attach(freeze.pk, now):
        box = shut(text.dump(), track.case, track, Kind.TRANSCRIPT)
        hint(track, Kind.TRANSCRIPT, "pocketsphinx", 0.61, {"language": "en", "words": len(words)}, box)
        loud = track.member == number
        hint(track, Kind.SOUND, "stoa-sound", 0.4 if loud else 0.0, {"flags": ["bursts"] if loud else []})
    return cases.claim(report.case_id, by=who["dana"], **how)

opened, asked = heard("carol", 2, Policy.THREATS), heard("bob", 3, Policy.HARASSMENT)
leave = grants.ask(opened.pk, "Only the sound tells whether it is a threat.", by=who["dana"], **how)
grants.approve(leave.pk, by=who["femi"], factor=timedelta(0), **how)
grants.ask(asked.pk, "The words do not say how it was meant.", by=who["dana"], **how)

sold = Complaint(Policy.ILLEGAL, Channel.NOTICE, "Last night somebody sold weapons there.", "en", "x@example.org")
notice = reports.notice(sold, **how)
cases.claim(notice.case_id, by=who["femi"], **how)
shown = Complaint(Policy.PRIVACY, Channel.NOTICE, "那里有人念出了我的住址。", "zh-hans", "y@example.org")
over = reports.notice(shown, **how)
cases.claim(over.case_id, by=who["femi"], **how)
none = Verdict(Measure.NONE, Policy.PRIVACY, "The address is that of a shop.")
decisions.decide(over.case_id, none, by=who["femi"], **how)
joked = Complaint(Policy.SEXUAL, Channel.PROFILE, "He told jokes that nobody wanted.", "en")
dismissed = who["carol"].reports.get(case__subject=who["alice"])
answered = reports.report_person(who["carol"], who["alice"].uid, joked, **how).case
cases.claim(answered.pk, by=who["dana"], **how)
warned = decisions.decide(answered.pk, Verdict(Measure.WARN, Policy.SEXUAL, "Told jokes."), by=who["dana"], **how)
made = appeals.appeal(warned.pk, "Everybody laughed.", by=who["alice"], **how)
appeals.hear(made.pk, Result.UPHELD, "Two people asked you to stop, and you went on.", by=who["femi"], **how)

wish = lawful.Wish(Authority.POLICE, "City police", "Letter 12/3", who["gus"].uid, "", now - timedelta(days=7), now)
lawful.ask(wish, by=who["dana"], **how)
holds.ask(Held.CASE, str(opened.pk), "Letter 12/3", now + timedelta(days=30), by=who["dana"], **how)
controls.report("The backup was never tried.", Severity.MAJOR, by=who["dana"], **how)
unmasking.ask(who["gus"].uid, "He is named in letter 12/3.", by=who["dana"], **how)
numbers = {"opened": opened, "asked": asked, "meant": notice.case, "answered": answered, "heard": warned}
numbers |= {"unanswered": notice, "told": over.case, "written": over}
names = {"notice": notice.number, "dismissed": dismissed.number, "room": room.pk}
print(json.dumps(names | {name: row.pk for name, row in numbers.items()}))
"""
"""Run by `manage.py shell` after `PILE`: a case whose evidence dana may hear, one where she asked to, a notice that
femi is to name and one that she has decided, each with an address, one where alice appealed in vain, and one of each of
what waits for a second person; prints their numbers, those of the notice, of its letter and of the report that found
nothing, that of alice's decision, and the room."""

PAGES = {
    "cases": "/console/cases/",
    "cases-mine": "/console/cases/?shelf=mine",
    "case": "/console/cases/{waiting}/",
    "case-held": "/console/cases/{held}/",
    "case-proposed": "/console/cases/{proposal}/",
    "case-appealed": "/console/cases/{appeal}/",
    "case-asked": "/console/cases/{asked}/",
    "case-notice": "/console/cases/{meant}/",
    "case-answered": "/console/cases/{answered}/",
    "live": "/console/live/",
    "rules": "/console/policies/",
    "staff": "/console/staff/",
    "retention": "/console/retention/",
    "data": "/console/data/",
    "powers": "/console/powers/",
    "powers-room": "/console/powers/?room={room}",
    "rules-outside": "/rules/",
}
"""The desk, with what `PILE` and `HEARD` laid on it."""
LETTERS = {
    "letter": "/console/cases/{meant}/reports/{unanswered}/",
    "letter-over": "/console/cases/{told}/reports/{written}/",
}
"""What only whoever has the case, or decided it, sees."""
SECOND = {f"second-{name}": f"/console/{name}/" for name in ("quality", "findings", "statements", "lawful", "names")}
"""Where something waits for a second person, or for a senior moderator."""
OUTSIDE = {
    "transparency-told": "/transparency/",
    "notice-told": "/report/{notice}/",
    "notice-none": "/report/aaaaaaaaaaaa/",
}
ACCUSED = {
    "suspended": "/",
    "decisions-told": "/privacy/decisions/",
    "decision-suspended": "/privacy/decisions/{suspended}/",
    "data-suspended": "/privacy/data/",
}
INVOLVED = ("/privacy/decisions/{heard}/", "/console/")
"""A decision that was appealed in vain, and what is for the staff alone."""

DECIDED = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from moderation.actions import cases, decisions, reports, staff
from moderation.actions.decisions import Verdict
from moderation.actions.reports import Complaint
from moderation.audit.source import Source
from moderation.measures import RULES, Measure
from moderation.models import Channel
from moderation.policies import Policy
from moderation.staff import Role
from rooms.models import Member

how = {"source": Source.internal("command"), "now": timezone.now()}
dana, femi = (User.objects.get(username=name) for name in ("dana", "femi"))
staff.grant(femi, Role.SENIOR, None, **how)
for name, chosen in %(measures)r.items():
    person, measure, room, report = User.objects.get(username=name), Measure(chosen), %(room)r, None
    if measure is Measure.RESTRICT_REPORTING:
        report = reports.report_member(person, room, 1, Complaint(Policy.SPAM, Channel.ROOM), **how)
    number = Member.objects.get(room=room, user=person).number
    case = report.case if report else reports.open_case(dana, room, number, Policy.HARASSMENT, **how)
    cases.claim(case.pk, by=femi, **how)
    lasts = timedelta(days=7) if RULES[measure].timed else None
    verdict = Verdict(measure, Policy.HARASSMENT, %(facts)r, lasts, report=report.pk if report else None)
    decisions.decide(case.pk, verdict, by=femi, **how)
"""
"""Run by `manage.py shell`: femi decided so about each of these people, who are in the room."""
