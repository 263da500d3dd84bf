"""`/console/quality/`: how many decisions lasted, by policy, reflex and hint, and the reflexes themselves."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.views import member
from moderation import published, transparency
from moderation.actions import reflexes
from moderation.audit.models import Checkpoint
from moderation.forms import ReflexForm
from moderation.gate import acts_of, console
from moderation.models import Reflex
from moderation.reflexes import LIMIT, MEASURES, Name
from moderation.staff import Act
from moderation.views.answers import not_understood, said, who
from moderation.words import MEASURES as MEASURE_WORDS
from moderation.words import POLICIES, REFLEXES


@console(Act.READ_QUALITY)
def page(request: HttpRequest) -> HttpResponseBase:
    """Every policy and reflex that decided something, and every model that hinted, with what became of it."""
    newest = Checkpoint.objects.order_by("-size").first()
    size, counted = newest.size if newest else 0, transparency.ACTIONS | {transparency.HINT}
    lines = list(published.lines(size, actions=counted))
    kept = {reflex.name: reflex for reflex in Reflex.objects.all()}
    context = {
        "rows": [
            {**row, "title": (REFLEXES if row["kind"] == "reflex" else POLICIES)[row["name"]]}
            for row in transparency.quality(lines)
        ],
        "hints": transparency.hints(lines),
        "reflexes": [_reflex(name, kept.get(name)) for name in Name],
        "switches": Act.SWITCH_REFLEX in acts_of(member(request)),
    }
    return render(request, "console/quality.html", context)


@console(Act.SWITCH_REFLEX)
def switch(request: HttpRequest, name: str) -> HttpResponseBase:
    """Back to the page, with the reflex on or off."""
    form = ReflexForm(request.POST or None)
    if form.is_valid() and name in set(Name):
        data = form.cleaned_data
        with said(request, Act.SWITCH_REFLEX, _("The reflex is on.") if data["on"] else _("The reflex is off.")):
            reflexes.switch(Name(name), on=data["on"], limit=data["limit"], **who(request))
    not_understood(request, form)
    return redirect("console_quality")


def _reflex(name: Name, row: Reflex | None) -> dict[str, object]:
    initial = {"on": row.on if row else False, "limit": row.limit if row else LIMIT}
    return {
        "name": name,
        "title": REFLEXES[name],
        "measure": MEASURE_WORDS[MEASURES[name]],
        "row": row,
        "form": ReflexForm(initial=initial, auto_id=f"{name}-%s"),
    }
