"""The API's description, made once and kept: anybody may ask for it, and to make it takes a tenth of a second."""

from functools import lru_cache

from django.http import HttpResponse
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class Description(SpectacularAPIView):
    """What the API takes and gives (OpenAPI), as YAML or as JSON: the same words for everybody."""

    @extend_schema(exclude=True)  # a view that answers with the description is not in it
    def get(self, request: Request) -> HttpResponse:
        """The description in the format that was asked for."""
        renderer = request.accepted_renderer
        headers = {"Content-Disposition": f'inline; filename="Stoa.{renderer.format}"'}
        return HttpResponse(_written(str(renderer.format)), content_type=renderer.media_type, headers=headers)


@lru_cache
def _written(format_: str) -> bytes | str:
    """The description in this format, in English."""
    renderer: BaseRenderer = next(kind() for kind in Description.renderer_classes if kind.format == format_)
    with translation.override("en"):
        described = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]  # drf-spectacular's
    return renderer.render(described, renderer_context={})
