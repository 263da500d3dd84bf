"""The API's description."""

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

PATH = "/api/schema/"


@pytest.mark.parametrize(("query", "accept", "kind", "written"), [
    ("", "*/*", "application/vnd.oai.openapi", b"\n  /api/v1/rooms/:\n"),
    ("", "application/json", "application/json", b'"/api/v1/rooms/": {'),
    ("?format=json", "*/*", "application/vnd.oai.openapi+json", b'"/api/v1/rooms/": {'),
])  # fmt: skip
def test_it_comes_as_yaml_or_json_to_whoever_asks(query: str, accept: str, kind: str, written: bytes) -> None:
    answer = Client().get(PATH + query, headers={"accept": accept})
    assert answer.headers["Content-Type"] == kind
    assert written in answer.content


def test_it_is_made_once_whatever_language_or_version_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    first = Client().get(PATH).content
    monkeypatch.delattr(SchemaGenerator, "get_schema")
    for query in ("?lang=zh-hans", "?lang=no-such", "?version=2", "?version=a%0d%0ab"):
        answer = Client().get(PATH + query, headers={"accept-language": "zh-hans"})
        assert (answer.status_code, answer.content) == (200, first)
