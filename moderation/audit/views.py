"""What the log shows to everybody."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from moderation.audit import cosign

TEXT = "text/plain; charset=utf-8"


@login_not_required
@require_safe
@cache_control(public=True, max_age=2)
def checkpoint(_request: HttpRequest) -> HttpResponse:
    """The newest checkpoint that the witnesses cosigned, for whoever watches that nothing is taken back."""
    found = cosign.cosigned()
    if found is None:
        return HttpResponse("the log has no checkpoint yet\n", TEXT, status=404)
    return HttpResponse(str(found.note), TEXT)
