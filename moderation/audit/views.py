"""What the log shows to everybody."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from moderation.audit import cosign, keys
from moderation.audit.keys import Period

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


@login_not_required
@require_safe
@cache_control(public=True, max_age=60)
def public_keys(_request: HttpRequest) -> HttpResponse:
    """Every key that ever signed the log, one a line, as a verifier takes it, and when it signed.

    For whoever notes them down before there is anything to verify.
    """
    lines = [_line(period) for period in keys.periods()]
    return HttpResponse("".join(lines) or "the log has no key yet\n", TEXT, status=200 if lines else 404)


def _line(period: Period) -> str:
    since = f"{period.since:%Y-%m-%dT%H:%M:%SZ}"
    if period.signs:
        return f"{period.key} signs from {since}\n"
    return f"{period.key} signed from {since}" + (f" to {period.until:%Y-%m-%dT%H:%M:%SZ}\n" if period.until else "\n")
