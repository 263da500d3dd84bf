"""Every path of the web tier."""

from django.urls import include, path
from drf_spectacular.views import SpectacularSwaggerSplitView

from config import health, manifest, service_worker, styleguide
from config.description import Description
from moderation.audit.views import checkpoint, public_keys

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("version", health.version),
    path("metrics", health.metrics),
    path("manifest.webmanifest", manifest.manifest),
    path("worker.js", service_worker.script),
    path("offline/", service_worker.offline),
    path("api/schema/", Description.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(template_name="config/docs.html"), name="docs"),
    path("api/v1/", include("accounts.api")),
    path("api/v1/", include("rooms.api")),
    path("api/v1/", include("moderation.api")),
    path("audit/checkpoint", checkpoint, name="checkpoint"),
    path("audit/keys", public_keys, name="log_keys"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("", include("accounts.urls")),
    path("", include("moderation.urls")),
    path("", include("rooms.urls")),
]
handler500 = "config.errors.server_error"
