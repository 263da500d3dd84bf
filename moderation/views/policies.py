"""`/console/policies/`, where the rules are written, and `/rules/`, where everybody reads them."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.views import member
from moderation import dossier
from moderation.actions.base import Refused
from moderation.actions.policies import write
from moderation.gate import acts_of, console, staff_of
from moderation.house import PolicyForm
from moderation.policies import SEVERITIES, Policy
from moderation.rules import Rule, current, earlier
from moderation.staff import Act
from moderation.views.answers import audited, not_understood, who, why_not


@login_not_required
def rules(request: HttpRequest) -> HttpResponseBase:
    """The rules as they are now."""
    return render(request, "accounts/rules.html", {"rules": current()})


@console(Act.READ_POLICIES)
def policies(request: HttpRequest) -> HttpResponseBase:
    """Every policy with its versions, and a form for a new one."""
    return _shown(request, {})


def _shown(request: HttpRequest, refused: Mapping[str, Any]) -> HttpResponseBase:
    """The page; what was `refused` is in the form of its policy again, to be written after the present version."""
    rows = [
        {
            "rule": rule,
            "severity": SEVERITIES[rule.policy],
            "earlier": earlier(rule.policy),
            "again": rule.policy == refused.get("policy"),
            "form": _form(rule, refused),
        }
        for rule in current()
    ]
    writers = {one.by for row in rows for one in (row["rule"], *row["earlier"])}  # type: ignore[misc]
    context = {
        "rows": rows,
        "names": dossier.names(writers),
        "staff": staff_of(member(request)),
        "writes": Act.WRITE_POLICY in acts_of(member(request)),
    }
    return render(request, "console/policies.html", context)


def _form(rule: Rule, refused: Mapping[str, Any]) -> PolicyForm:
    words = {"policy": rule.policy, "english": rule.english, "chinese": rule.chinese}
    if rule.policy == refused.get("policy"):
        words |= refused
    return PolicyForm(initial={**words, "version": rule.version}, auto_id=f"{rule.policy}-%s")


@console(Act.WRITE_POLICY)
def new(request: HttpRequest) -> HttpResponseBase:
    """Back to the page, with a new text that counts; the page with the form again where it was refused."""
    form = PolicyForm(request.POST or None)
    if not form.is_valid():
        not_understood(request, form)
        return redirect("console_policies")
    data = form.cleaned_data
    try:
        with audited(request, _("Written. It counts from now on.")):
            write(Policy(data["policy"]), data["version"], data["english"], data["chinese"], **who(request))
    except Refused as refused:
        why_not(request, Act.WRITE_POLICY, refused)
        return _shown(request, data)
    return redirect("console_policies")
