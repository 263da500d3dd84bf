"""The checkpoint and the keys, for everybody."""

import os

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


@pytest.mark.parametrize("page", ["checkpoint", "keys"])
def test_it_is_only_read(client: Client, page: str) -> None:
    assert client.post(f"/audit/{page}").status_code == 405


def test_a_stranger_reads_the_key_that_verifies_what_is_signed_later(client: Client) -> None:
    write(1)
    seal(timezone.now())
    answer = client.get("/audit/keys")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert "Set-Cookie" not in answer
    (line,) = answer.text.splitlines()
    noted = verify.parse_key(line.split(" ")[0])
    write(3)
    seal(timezone.now())
    assert verify.open_checkpoint(client.get("/audit/checkpoint").content, [noted]).size == 4


def test_a_retired_key_stays_with_its_time(client: Client) -> None:
    old = keys.new_signer(ORIGIN).key
    new = keys.new_signer(ORIGIN).key
    keys.retire_signer(old.key_id.hex())
    for name, moment in ((f"{old.key_id.hex()}.vkey", 0), (f"{old.key_id.hex()}.retired", 86_400)):
        os.utime(keys.folder() / f"log-{name}", (moment, moment))
    os.utime(keys.folder() / f"log-{new.key_id.hex()}.vkey", (3600, 3600))
    assert client.get("/audit/keys").text == (
        f"{new} signs from 1970-01-01T01:00:00Z\n{old} signed from 1970-01-01T00:00:00Z to 1970-01-02T00:00:00Z\n"
    )


def test_before_there_is_a_key_none_is_found(client: Client) -> None:
    assert client.get("/audit/keys").status_code == 404
