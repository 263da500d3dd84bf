"""What is sealed is what RFC 8291 says, and opens for one browser."""

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from accounts.sealing import CURVE, LONGEST, keys, packed, seal, unpacked
from tests.accounts.push_service import Browser

KEY = ec.generate_private_key(CURVE)
GOOD = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"


def test_the_example_of_the_standard_comes_out() -> None:
    """RFC 8291, section 5 and appendix A."""
    number = int.from_bytes(unpacked("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    sealed = seal(
        b"When I grow up, I want to be a watermelon",
        GOOD,
        "BTBZMqHH6r4Tts7J_aSIgg",
        key=ec.derive_private_key(number, CURVE),
        salt=unpacked("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert packed(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@given(st.binary(max_size=LONGEST), st.binary(min_size=16, max_size=16))
def test_a_browser_reads_what_was_sealed_for_it_and_no_other_does(plain: bytes, salt: bytes) -> None:
    browser, other = Browser(), Browser()
    sealed = seal(plain, **browser.keys(), key=KEY, salt=salt)
    assert len(sealed) <= 4096
    assert browser.read(sealed) == plain
    with pytest.raises(InvalidTag):
        other.read(sealed)


def test_more_than_a_message_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        seal(b"x" * (LONGEST + 1), **Browser().keys(), key=KEY, salt=b"s" * 16)


@pytest.mark.parametrize(("p256dh", "auth"), [
    ("", ""), ("BA", packed(b"s" * 16)), (packed(b"\x04" + b"\1" * 64), packed(b"s" * 16)),
    (GOOD, packed(b"s" * 15)), ("!" * 87, "?" * 22), ("\u00e9", "\u00e9"),
])  # fmt: skip
def test_what_is_no_key_is_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the libraries' words differ
        keys(p256dh, auth)
