"""What the console calls its own words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ROLES: dict[str, Promise] = {
    "moderator": _("moderator"),
    "senior": _("senior moderator"),
    "reviewer": _("reviewer"),
    "inspector": _("inspector"),
}
SEVERITIES: dict[str, Promise] = {"critical": _("critical"), "major": _("major"), "minor": _("minor")}
OUTCOMES: dict[str, Promise] = {"passed": _("Passed"), "failed": _("Failed"), "unknown": _("Not measured")}
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
    "no_proof": _("Say what shows that it was mended, such as the number of a log entry."),
    "control_fails": _("The control that found it still fails. Check the controls again once it is mended."),
    "empty": _("Say something first."),
    "unsigned": _("Only a signed report can be filed. See what stands in its way."),
    "same_person": _("It takes a second person: whoever asked cannot decide."),
    "subject": _("Nobody decides over their own data."),
    "decided": _("This was decided already."),
    "not_approved": _("It was not approved, so nothing leaves."),
    "scope": _("A request needs a time, and a person or a room."),
    "approval_expired": _("The approval has run out. Ask again."),
}
