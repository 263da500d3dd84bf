"""Contract of `rooms.sfu.srtp`: the published vectors. test_fanout compares what is sealed with libsrtp's own."""

from rooms.sfu import srtp

KEY, SALT = bytes.fromhex("e1f97a0d3e018be0d64fa32c06de4139"), bytes.fromhex("0ec675ad498afeebb6960b3aabe6")


def test_keys_are_derived_as_in_rfc_3711_appendix_b_3() -> None:
    assert srtp._derived(KEY, SALT, 0, 16).hex() == "c61e7a93744f39ee10734afe3ff7a087"
    assert srtp._derived(KEY, SALT, 2, 14).hex() == "30cbbc08863d8c85d49db34a9ae1"


def test_an_aeads_salt_counts_as_one_that_ends_in_zeros() -> None:
    keys = srtp.session(KEY + SALT[:12])
    assert keys.key == srtp._derived(KEY, SALT[:12] + bytes(2), 0, 16)
    assert (len(keys.key), len(keys.salt)) == (16, 12)
    assert len(srtp.session(bytes(32) + bytes(12)).key) == 32


def test_keys_are_not_shown() -> None:
    assert repr(srtp.session(KEY + SALT[:12])) == "Keys()"
