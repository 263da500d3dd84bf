"""`/console/policies/`, where the rules are written, and `/rules/`, where everybody reads them."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.views import member
from moderation import dossier
from moderation.actions.policies import write
from moderation.gate import acts_of, console, staff_of
from moderation.house import PolicyForm
from moderation.policies import SEVERITIES, Policy
from moderation.rules import current, earlier
from moderation.staff import Act
from moderation.views.answers import not_understood, said, who


@login_not_required
def rules(request: HttpRequest) -> HttpResponseBase:
    """The rules as they are now."""
    return render(request, "accounts/rules.html", {"rules": current()})


@console(Act.READ_POLICIES)
def policies(request: HttpRequest) -> HttpResponseBase:
    """Every policy with its versions, and a form for a new one."""
    rows = [
        {
            "rule": rule,
            "severity": SEVERITIES[rule.policy],
            "earlier": earlier(rule.policy),
            "form": PolicyForm(
                initial={"policy": rule.policy, "english": rule.english, "chinese": rule.chinese},
                auto_id=f"{rule.policy}-%s",
            ),
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


@console(Act.WRITE_POLICY)
def new(request: HttpRequest) -> HttpResponseBase:
    """Back to the page, with a new text that counts."""
    form = PolicyForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        with said(request, Act.WRITE_POLICY, _("Written. It counts from now on.")):
            write(Policy(data["policy"]), data["english"], data["chinese"], **who(request))
    not_understood(request, form)
    return redirect("console_policies")
