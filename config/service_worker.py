"""The service worker, at the root of the site since it can only look after what lies below its own path, and the page
it keeps for when there is no network."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control

_SCRIPT = (settings.BASE_DIR / "static/js/worker.js").read_text(encoding="utf-8")


@login_not_required
@cache_control(no_cache=True)
def script(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # a view's signature
    """The script; a browser asks each time whether it is still this one, and with each version of ours it is not."""
    return HttpResponse(f"{_SCRIPT}// Stoa {settings.VERSION}\n", content_type="text/javascript")


@login_not_required
def offline(request: HttpRequest) -> HttpResponse:
    """The page for when there is no network. The worker asks for it as a stranger, so it says nothing of anybody."""
    return render(request, "offline.html")
