"""Contract of `rooms.sfu.gcm`: found where Python's OpenSSL can be called, and no more than libsrtp where it cannot."""

import _hashlib
import sys

import pytest

from rooms.sfu import gcm
from rooms.sfu.peer import PROTECT


def test_here_both_sizes_of_key_have_a_context_of_their_own() -> None:
    found = gcm.sealing()
    assert found.whole
    assert len({*found.contexts}) == 2


@pytest.mark.parametrize("file", ["/nowhere/_hashlib.so", "libc.so.6"])
def test_without_an_openssl_that_can_be_called_libsrtp_is_all_there_is(
    monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    monkeypatch.setattr(_hashlib, "__file__", file)
    found = gcm.sealing()
    assert not found.whole
    assert found.protect == PROTECT


def test_a_python_without_openssl_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "_hashlib", None)
    assert not gcm.sealing().whole


def test_a_python_with_its_openssl_inside_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(_hashlib, "__file__")
    assert not gcm.sealing().whole
