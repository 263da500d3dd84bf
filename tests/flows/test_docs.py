"""The API's description in a real browser, under the same strict policy as every page."""

from collections.abc import Callable

import pytest

from tests.flows import axe
from tests.flows.chromium import Visitor

pytestmark = [pytest.mark.server, pytest.mark.browser]
OURS = ["html-has-lang", "document-title", "landmark-one-main", "region"]
"""The rules about what stands around Swagger UI, whose own elements are not ours."""


def test_the_description_of_the_api_draws_itself_without_anything_inline(visit: Callable[..., Visitor]) -> None:
    page = visit().page
    page.goto("/api/docs/")
    page.get_by_text("/api/v1/rooms/{room_id}/moves/").first.wait_for()
    page.get_by_text("/api/v1/rooms/", exact=True).first.click()
    page.get_by_role("button", name="Try it out").first.wait_for()
    assert axe.faults(page, only=OURS) == []
