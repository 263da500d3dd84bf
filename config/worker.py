"""The service worker, at the root of the site: it can only look after what lies below its own path."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control

_SCRIPT = (settings.BASE_DIR / "static/js/worker.js").read_text(encoding="utf-8")


@login_not_required
@cache_control(no_cache=True)
def script(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # a view's signature
    """The script; a browser asks each time whether it is still this one."""
    return HttpResponse(_SCRIPT, content_type="text/javascript")
