"""What the console calls its own words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ROLES: dict[str, Promise] = {
    "moderator": _("moderator"),
    "senior": _("senior moderator"),
    "reviewer": _("reviewer"),
    "inspector": _("inspector"),
}
SHELVES: dict[str, Promise] = {
    "open": _("Open"),
    "mine": _("Mine"),
    "escalated": _("With seniors"),
    "asked": _("Evidence asked for"),
    "appeals": _("Appeals"),
    "decided": _("Decided"),
}
WAITS: dict[str, Promise] = {
    "late": _("Cases are past their deadline"),
    "escalated": _("Cases wait for a senior moderator"),
    "proposed": _("Decisions wait for a second person"),
    "evidence": _("Evidence waits for a second person"),
    "appeal": _("Appeals wait to be heard"),
    "data": _("Data requests are near their limit"),
    "name": _("Names wait for a second person"),
    "lawful": _("Lawful requests wait for a second person"),
    "hold": _("Legal holds wait for a second person"),
    "nobody": _("Cases wait for another senior moderator"),
}
"""What the staff is told of what waits for it."""
KINDS: dict[str, Promise] = {
    "transcript": _("Transcript"),
    "words": _("Words"),
    "sound": _("Sound"),
    "pattern": _("Pattern"),
}
FLAGS: dict[str, Promise] = {
    "dead_air": _("nearly silent"),
    "clipping": _("distorted"),
    "bursts": _("loud bursts"),
    "tone": _("a long tone"),
}
SEVERITIES: dict[str, Promise] = {"critical": _("critical"), "major": _("major"), "minor": _("minor")}
RESULTS: dict[str, Promise] = {"refused": _("Refused"), "failed": _("Failed")}
"""How an entry's act may be asked to have ended. What was done is nearly everything: no index leads to it."""
PROFILES: dict[str, Promise] = {
    "cn": _("China: security self-assessment"),
    "iso27001": _("ISO 27001: logging"),
    "asvs": _("OWASP ASVS 5.0: V16 and V17"),
}
AUTHORITIES: dict[str, Promise] = {
    "cyberspace": _("Cyberspace administration"),
    "police": _("Police"),
    "security": _("State security"),
    "court": _("Court"),
    "other": _("Other"),
}
REFUSALS: dict[str, Promise] = {
    "not_found": _("It is not there any more. Perhaps somebody else was faster."),
    "length": _("Say how long, from 1 to 90 days; a reviewer or an inspector always leaves again."),
    "last_senior": _("Somebody has to stay: this is the last senior moderator without an end."),
    "owner": _(
        "You own this server, so only its operator can end your account, with the command “manage.py end_account”."
    ),
    "no_proof": _("Say what shows that it was mended, such as the number of a log entry."),
    "control_fails": _("The control that found it still fails. Check the controls again once it is mended."),
    "empty": _("Say something first."),
    "unsigned": _("Only a signed report can be filed. See what stands in its way."),
    "same_person": _(
        "It takes a second person: neither whoever asked or decided, nor, for a day, anybody whom they put on the "
        "staff or who put them there."
    ),
    "new_on_staff": _("Who was put on the staff within a day puts nobody there. Ask somebody else, or wait a day."),
    "subject": _("Nobody decides over their own data."),
    "part_in_it": _("You have a part in it. Leave it to somebody who has none."),
    "decided": _("This was decided already."),
    "nothing_left": _(
        "What it is about was deleted meanwhile, so nothing is left. If the request still waits, refuse it."
    ),
    "not_approved": _("It was not approved, so nothing leaves."),
    "scope": _("A request needs a time, and a person or a room."),
    "approval_expired": _("The approval has run out. Ask again."),
    "reporting_restricted": _("You cannot report for now. “Decisions about you” says why, and until when."),
    "too_many": _("That is too much at once. Try again later."),
    "measure": _("That does not fit this case: choose another measure, or say how long it lasts."),
    "no_facts": _("Say what happened: the member reads it, and may answer it."),
    "no_law": _("Name the law, since it is the ground."),
    "not_possible_now": _("It cannot be done now: the member is not where it could be. Choose another measure."),
    "too_late": _("The time for an appeal is over."),
    "overtaken": _(
        "Somebody else has just changed it, so nothing was done. Read theirs first; yours is still in the form."
    ),
    "no_number": _("Say how many newcomers a minute."),
    "already": _("That is so already. Perhaps somebody else was faster."),
    "away": _("A part of the server is away, so nothing was done. Try again in a moment."),
    "second_factor_stale": _("Show your second factor again: it was too long ago."),
    "evidence_broken": _("It is not what the log says it is, so it cannot be heard. The operator was told."),
    "unsealed": _("Nothing is sealed yet. Try again in ten seconds."),
    "too_long": _(
        "That is more than 250,000 entries, too many for one file. Choose a shorter time, and then the next. "
        "The operator's command “manage.py audit export” takes any number."
    ),
    "scope_too_wide": _(
        "More than 250,000 entries lie in the time of this request, too many for one file. "
        "Ask for shorter times instead, one request for each."
    ),
    "disk_full": _(
        "The server's disk has no room for such a file, so nothing was made. Ask the operator to make room, or choose "
        "a shorter time."
    ),
    "another_made": _("Another such file is being made, and they are made one at a time. Try again in a minute."),
    "no_folder": _("The server cannot write to the folder where such a file is made. Its log tells the operator why."),
    "case_state": _("The case has moved on. Look again."),
    "claimed_by_another": _("Somebody else works on it already."),
    "not_claimed": _("Claim the case first."),
    "own_report": _("Nobody decides on their own report."),
    "first_decider": _("Whoever decided neither hears the appeal nor decides again."),
    "senior_only": _("A senior moderator does that."),
}
POLICIES: dict[str, Promise] = {
    "harassment": _("Harassment"),
    "hate": _("Hate against a group"),
    "threats": _("Threats or incitement to violence"),
    "minors": _("Harm to children"),
    "self_harm": _("Suicide or self-harm"),
    "sexual": _("Unwanted sexual content"),
    "privacy": _("Somebody's private data"),
    "illegal": _("Something else the law forbids"),
    "impersonation": _("Pretending to be somebody else"),
    "spam": _("Spam or advertising"),
    "reporting": _("False reports"),
    "other": _("Something else"),
}
MEASURES: dict[str, Promise] = {
    "none": _("No rule was broken"),
    "warn": _("Warning"),
    "mute": _("Muted"),
    "move_to_audience": _("Moved to the audience"),
    "remove": _("Removed from the room"),
    "ban_room": _("Banned from the room"),
    "suspend": _("Account suspended"),
    "ban": _("Banned from this server"),
    "end_room": _("Room ended"),
    "prune": _("Suspended, invitations withdrawn, and all who came by them suspended too"),
    "restrict_reporting": _("Reporting restricted"),
}
STATES: dict[str, Promise] = {
    "new": _("New"),
    "triaged": _("Waiting"),
    "claimed": _("In work"),
    "escalated": _("With the senior moderators"),
    "decided": _("Decided"),
    "appealed": _("Appealed"),
    "closed": _("Closed"),
}
DONE: dict[str, Promise] = {
    "case.open": _("Opened"),
    "case.triage": _("Put into the queue"),
    "case.score": _("Its risk changed"),
    "case.hint": _("A program gave a hint"),
    "case.claim": _("Claimed"),
    "case.release": _("Put back"),
    "case.hand_over": _("Handed over"),
    "case.name": _("Said whom it is about"),
    "case.merge": _("Joined to another case"),
    "case.escalate": _("Passed to a senior"),
    "case.decide": _("Decided"),
    "case.propose": _("Proposed"),
    "case.confirm": _("Confirmed"),
    "case.decline": _("Declined"),
    "case.appeal": _("Appealed"),
    "case.answer": _("One appeal answered"),
    "case.hear": _("Appeal heard"),
    "case.reopen": _("Opened again"),
    "case.close": _("Closed"),
    "case.forget": _("Its words deleted"),
    "case.work": _("Work on it"),
    "decision.make": _("Reasons delivered"),
    "decision.confirm": _("Confirmed"),
    "decision.undo": _("Decision undone"),
    "decision.read": _("Reasons read"),
    "appeal.hear": _("Appeal heard"),
    "appeal.upheld": _("The decision stands"),
    "appeal.overturned": _("The decision is overturned"),
    "evidence.seal": _("A voice sealed"),
    "evidence.answer": _("Sealing answered"),
    "evidence.ask": _("Asked to hear the evidence"),
    "evidence.approve": _("Permission to hear it given"),
    "evidence.refuse": _("Permission to hear it refused"),
    "evidence.open": _("A voice opened"),
    "evidence.broken": _("A voice did not match the log"),
    "evidence.destroy": _("A voice destroyed"),
    "evidence.forget": _("The key of the case destroyed"),
}
"""What the log tells of a case, by its acts; and acts on one that were refused."""
REASONS: dict[str, Promise] = {
    "sealed": _("somebody's voice was held"),
    "empty": _("nobody's voice was held"),
    "lost": _("no answer in time"),
    "idle": _("nobody went on with it"),
    "upheld": _("The decision stands"),
    "overturned": _("The decision is overturned"),
}
"""Why, beside measures and refusals."""
GRADES: dict[int, Promise] = {0: _("low"), 1: _("normal"), 2: _("high"), 3: _("critical")}
POLICY_TEXTS: dict[str, Promise] = {
    "harassment": _("Do not insult, mock, chase or threaten anybody, and do not call on others to do so."),
    "hate": _("Do not speak against people for their origin, religion, sex, orientation, age or disability."),
    "threats": _("Do not threaten anybody with violence, praise it or call for it."),
    "minors": _("Nothing that harms or sexualises children. There is no exception."),
    "self_harm": _("Do not encourage anybody to hurt or kill themselves. Whoever is in danger gets help, not blame."),
    "sexual": _("No sexual talk or sounds to people who did not agree to it."),
    "privacy": _("Do not tell where somebody lives or works, their number, or anything they keep private."),
    "illegal": _("Nothing that the law of this server's country forbids."),
    "impersonation": _("Do not pretend to be somebody else."),
    "spam": _("No advertising nobody asked for, no noise, no floods."),
    "reporting": _("Do not report people for what you know they did not do."),
    "other": _("Whatever else makes a room a place nobody wants to be in."),
}
CHANNELS: dict[str, Promise] = {
    "room": _("From inside a room"),
    "profile": _("From a profile"),
    "notice": _("By somebody outside"),
    "staff": _("By the moderation itself"),
    "machine": _("By the server itself"),
}
WISHES: dict[str, Promise] = {
    "access": _("A copy of my data"),
    "correction": _("Correct something"),
    "erasure": _("Delete my data"),
    "objection": _("Stop using something"),
}
REFLEXES: dict[str, Promise] = {"crowd": _("Reported by a crowd")}
POWERS: dict[str, Promise] = {
    "mute_all": _("Mute everybody"),
    "lock": _("Lock"),
    "unlock": _("Unlock"),
    "slow": _("Slow mode"),
}
POWER_REASONS: dict[str, Promise] = {
    "raid": _("Raid"),
    "safety": _("Somebody is in danger"),
    "unlawful": _("Unlawful content"),
    "disruption": _("Disruption"),
    "operation": _("Operation of the server"),
    "over": _("It is over"),
}
LEVERS: dict[str, Promise] = {
    "invites": _("Freeze invites"),
    "joins": _("Brake joins"),
    "server": _("Suspend the server"),
}
PACE_WORDS: dict[int, Promise] = {
    0: _("off"),
    10: _("10 seconds"),
    30: _("30 seconds"),
    60: _("a minute"),
    300: _("5 minutes"),
}
