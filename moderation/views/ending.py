"""`/privacy/end/`: ending one's account. It lies there since the suspended come there too."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.notice import LOG_DAYS
from accounts.views import asked_again, member
from moderation import ending
from moderation.actions import endings
from moderation.actions.base import Refused
from moderation.audit.record import record_refusal
from moderation.audit.source import Source
from moderation.words import REFUSALS


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    """What goes and what stays, for how long, and one's data to take along; the same whatever is known of a member.

    So it tells nobody whether a case is open that they do not know of.
    """
    floor = ending.FLOOR.get(settings.STOA_PROFILE)
    return render(request, "moderation/end.html", {"floor": floor.days if floor else None, "kept": LOG_DAYS})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponseBase:
    """The question, for whoever has just shown that it is them; on POST the account is closed."""
    if asked := asked_again(request):
        return asked
    if request.method != "POST":
        return render(request, "moderation/end_confirm.html")
    user, source = member(request), Source.of_request(request)
    try:
        endings.close(user, by=user, now=timezone.now(), source=source)
    except Refused as refused:
        record_refusal("account.end", source=source, actor=user.uid, reason=refused.code)
        messages.error(request, str(REFUSALS[refused.code]), extra_tags="danger")
        return redirect("end_account")
    request.session.flush()
    return redirect("ended_account")


@login_not_required
@require_safe
def ended(request: HttpRequest) -> HttpResponseBase:
    """Goodbye."""
    return render(request, "moderation/ended.html")
