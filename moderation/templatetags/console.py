"""What every page of the console shows beside its own: where one may go, and the newest checkpoint."""

from django import template
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from moderation.audit import cosign
from moderation.audit.models import Checkpoint
from moderation.gate import acts_of
from moderation.staff import Act

register = template.Library()

WAYS = (
    ("console", _("Overview"), Act.ENTER),
    ("console_powers", _("Powers"), Act.READ_POWERS),
    ("console_log", _("Log"), Act.READ_LOG),
    ("console_controls", _("Controls"), Act.READ_CONTROLS),
    ("console_review", _("Security review"), Act.READ_REVIEWS),
    ("console_findings", _("Findings"), Act.READ_REVIEWS),
    ("console_statements", _("Statements"), Act.READ_REVIEWS),
    ("console_quality", _("Quality"), Act.READ_QUALITY),
    ("console_names", _("Names"), Act.ASK_NAME),
    ("console_data", _("Data requests"), Act.READ_DATA),
    ("console_lawful", _("Lawful requests"), Act.READ_LAWFUL),
)


@register.simple_tag
def ways(user: User) -> list[tuple[str, str]]:
    """The pages of the console that are open to this person: name of the address and words."""
    acts = acts_of(user)
    return [(name, str(words)) for name, words, act in WAYS if act in acts]


@register.simple_tag
def may(user: User, act: str) -> bool:
    """Whether this person may do this in the console now."""
    return Act(act) in acts_of(user)


@register.simple_tag
def checkpoint() -> dict[str, object]:
    """The newest checkpoint of the log, its note with the witnesses' lines; empty where there is none."""
    newest = Checkpoint.objects.order_by("-size").first()
    return {"size": newest.size, "at": newest.created_at, "note": cosign.text(newest)} if newest else {}
