"""The checkpoint, for everybody."""

import pytest
from django.test import Client
from django.utils import timezone

from moderation.audit import keys, verify
from tests.moderation.audit.stored import ORIGIN, seal, write

pytestmark = pytest.mark.django_db


def test_a_stranger_reads_the_checkpoint(client: Client) -> None:
    write(3)
    seal(timezone.now())
    answer = client.get("/audit/checkpoint")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert answer["Cache-Control"] == "public, max-age=2"
    assert "Set-Cookie" not in answer
    assert verify.open_checkpoint(answer.content, [one.key for one in keys.signers(ORIGIN)]).size == 3


def test_before_there_is_one_nothing_is_found(client: Client) -> None:
    assert client.get("/audit/checkpoint").status_code == 404


def test_it_is_only_read(client: Client) -> None:
    assert client.post("/audit/checkpoint").status_code == 405
