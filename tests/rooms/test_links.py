"""What a pinned link may be."""

from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.links import LONGEST, fit
from rooms.roles import Code, Refused


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("", ""),
        ("  ", ""),
        (" https://example.org/a?b=c#d ", "https://example.org/a?b=c#d"),
        ("HTTP://EXAMPLE.org:8080", "http://example.org:8080"),
        ("https://example.org/慢读", "https://example.org/%E6%85%A2%E8%AF%BB"),
        ("https://example.org/%E6%85%A2", "https://example.org/%E6%85%A2"),
        ("https://例え.jp/", "https://xn--r8jz45g.jp/"),
        ("https://faß.de", "https://xn--fa-hia.de"),
        ("https://192.0.2.7/x", "https://192.0.2.7/x"),
        ("https://[2001:DB8::1]:444/", "https://[2001:db8::1]:444/"),
    ],
)
def test_a_link_is_kept_in_the_form_that_shows_where_it_leads(typed: str, link: str) -> None:
    assert fit(typed) == link
    assert fit(link) == link


def test_a_host_in_another_script_is_not_taken_for_the_one_it_looks_like() -> None:
    assert fit("https://\u0430\u0440\u0440\u04cf\u0435.com") == "https://xn--80ak6aa92e.com"


@pytest.mark.parametrize(
    "typed",
    [
        "example.org",
        "//example.org",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "https:",
        "https:///path",
        "https:example.org",
        "https://",
        "https://:443/",
        "https://user@example.org",
        "https://user:secret@example.org",
        "https://example.org\\@evil.example",
        "https://evil.example\\.example.org/",
        "https://example.org:99999/",
        "https://example.org:port/",
        "https://exa mple.org/",
        "https://example.org/a\tb",
        "https://example.org/a\nb",
        "https://example.org/\u202egpj",
        "https://example.org/\u200b",
        "https://example.org/\x00",
        "https://\ud800.example/",
        "https://-.example/",
        "https://a..example/",
        "https://xn--zz--.example/",
        "https://[::1/",
        "https://[fe80::1%eth0:x]/",
        "https://" + "a" * 64 + ".example/",
        "https://example.org/" + "a" * LONGEST,
        "https://example.org/" + "\u6162" * 60,
    ],
)
def test_what_leads_nowhere_safe_is_refused(typed: str) -> None:
    with pytest.raises(Refused) as caught:
        fit(typed)
    assert caught.value.code is Code.BAD_LINK


texts = st.text() | st.text("htps:/@\\[].%x-例\u202e \t#?0", max_size=20).map(lambda rest: f"https://{rest}")


@given(texts)
def test_any_text_is_refused_or_becomes_a_plain_link(text: str) -> None:
    with suppress(Refused):
        link = fit(text)
        assert link.isascii()
        assert link.isprintable()
        assert fit(link) == link
        parts = urlsplit(link)
        assert not link or (parts.scheme in ("http", "https") and parts.hostname and parts.username is None)
