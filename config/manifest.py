"""The web manifest: what a device needs to know to put Stoa among its apps."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

PAPER = "#faf8f5"  # --bg of static/css/tokens.css in light; a manifest has one colour for both themes
ICONS = (
    ("icons/any.svg", "any", "image/svg+xml", "any"),
    ("icons/any-192.png", "192x192", "image/png", "any"),
    ("icons/any-512.png", "512x512", "image/png", "any"),
    ("icons/maskable.svg", "any", "image/svg+xml", "maskable"),
    ("icons/maskable-192.png", "192x192", "image/png", "maskable"),
    ("icons/maskable-512.png", "512x512", "image/png", "maskable"),
)


@login_not_required
@cache_control(no_cache=True)
def manifest(request: HttpRequest) -> JsonResponse:  # noqa: ARG001  # a view's signature
    """The manifest in the reader's language; the same app, by its `id`, in each."""
    described = {
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "lang": get_language(),
        "dir": "rtl" if get_language_bidi() else "ltr",
        "name": _("Stoa: live audio rooms"),
        "short_name": "Stoa",
        "description": _("Rooms where people talk and listen, live. You come in by invitation."),
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [
            {"src": static(name), "sizes": sizes, "type": kind, "purpose": purpose}
            for name, sizes, kind, purpose in ICONS
        ],
    }
    return JsonResponse(described, content_type="application/manifest+json")
