"""`/console/cases/<case>/reports/<report>/`: the address that somebody outside left, and a letter to them."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.views import member
from moderation import outcomes
from moderation.actions import receipts
from moderation.actions.base import Refused
from moderation.gate import console
from moderation.letters import letter
from moderation.staff import Act
from moderation.views.answers import said, who, why_not


@console(Act.WRITE_BACK)
def show(request: HttpRequest, case: int, pk: int) -> HttpResponseBase:
    """The address with a letter to it, for whoever may write to them; others are back at the case."""
    try:
        report = receipts.addressed(case, pk, by=member(request))
    except Refused as refused:
        why_not(request, Act.WRITE_BACK, refused, case=case)
        return redirect("console_case", case)
    context = {"report": report, "letter": letter(report), "over": outcomes.of_report(report).over}
    return render(request, "console/letter.html", context)


@console(Act.WRITE_BACK)
def sent(request: HttpRequest, case: int, pk: int) -> HttpResponseBase:
    """Back to the case; the address is deleted, or it is said why not."""
    if request.method == "POST":
        with said(request, Act.WRITE_BACK, _("They were told, and their address is deleted."), case=case):
            receipts.written(case, pk, **who(request))
    return redirect("console_case", case)
