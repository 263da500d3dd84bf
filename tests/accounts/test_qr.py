"""QR codes."""

import re

from accounts import qr


def test_a_code_is_svg_without_script_or_style_on_white() -> None:
    svg = qr.draw("https://stoa.example/join/AAAA")
    assert svg.startswith("<svg")
    assert not re.search(r"style|script|onload|href", svg)
    assert 'fill="white"' in svg


def test_what_is_in_it_is_drawn_and_not_written() -> None:
    assert "evil" not in qr.draw('"><script>evil()</script>')
