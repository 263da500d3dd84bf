"""`/privacy/data/`: what is kept of a member, for them, and what else they ask; `/console/data/`: the answers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import throttle
from accounts.answers import throttled
from accounts.views import member
from moderation.actions import rights
from moderation.actions.base import Refused
from moderation.audit.record import record_refusal
from moderation.audit.source import Source
from moderation.forms import AnswerForm, DataRequestForm
from moderation.gate import acts_of, console
from moderation.models import DataRequest, Wish
from moderation.own import unread_answers
from moderation.staff import Act
from moderation.views.answers import not_understood, said, who
from moderation.words import REFUSALS, WISHES

SHOWN = 50
TAKEN = throttle.Rule("data.account", limit=10, per=3600)


@never_cache
def page(request: HttpRequest) -> HttpResponseBase:
    """Their requests with the answers, which count as read from now on; everything at once; a form for what else."""
    user, form = member(request), DataRequestForm(request.POST or None)
    if form.is_valid():
        source = Source.of_request(request)
        wish = Wish(form.cleaned_data["wish"])
        try:
            rights.ask(user, wish, form.cleaned_data["words"], now=timezone.now(), source=source)
        except Refused as refused:
            record_refusal("data.ask", source=source, actor=user.uid, reason=refused.code)
            messages.error(request, str(REFUSALS[refused.code]), extra_tags="danger")
        else:
            messages.success(request, _("We have it. You find the answer on this page."))
        return redirect("own_data")
    new = set(unread_answers(user).values_list("pk", flat=True))
    rights.read(user, now=timezone.now(), source=Source.of_request(request))
    asked = [
        {"request": one, "wish": WISHES[one.wish], "unread": one.pk in new}
        for one in DataRequest.objects.filter(user=user).order_by("-pk")[:SHOWN]
    ]
    return render(request, "moderation/own_data.html", {"form": form, "asked": asked})


@throttled
@never_cache
@require_POST
def take(request: HttpRequest) -> HttpResponseBase:
    """The ZIP with all of it. It reads their whole log and opens every recording: so often and no more."""
    throttle.begin((TAKEN, member(request).uid))
    content = rights.take(member(request), now=timezone.now(), source=Source.of_request(request))
    headers = {"Content-Disposition": 'attachment; filename="my-data.zip"'}
    return HttpResponse(content, "application/zip", headers=headers)


@console(Act.READ_DATA)
def requests(request: HttpRequest) -> HttpResponseBase:
    """What members asked, the one that is due first at the top, and the last answers."""
    rows = DataRequest.objects.exclude(wish=Wish.ACCESS).select_related("user")
    context = {
        "open": [_shown(one) for one in rows.filter(answered_at=None).order_by("due_at")[:SHOWN]],
        "answered": [_shown(one) for one in rows.exclude(answered_at=None).order_by("-answered_at")[:SHOWN]],
        "answers": Act.ANSWER_DATA in acts_of(member(request)),
        "now": timezone.now(),
    }
    return render(request, "console/data.html", context)


@console(Act.ANSWER_DATA)
def answer(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Back to the page, with the request answered; without, where the answer was not understood."""
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        with said(request, Act.ANSWER_DATA, _("Answered. The member reads it under their data.")):
            rights.answer(pk, form.cleaned_data["words"], granted="grant" in request.POST, **who(request))
    not_understood(request, form)
    return redirect("console_data")


def _shown(one: DataRequest) -> dict[str, object]:
    return {"request": one, "wish": WISHES[one.wish], "form": AnswerForm(auto_id=f"data-{one.pk}-%s")}
