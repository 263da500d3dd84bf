"""QR codes."""

import re
from decimal import Decimal

import qrcode

from accounts import qr

SQUARE = re.compile(r"M([\d.]+),([\d.]+)H([\d.]+)V([\d.]+)H\1z")


def dark(text: str) -> set[tuple[Decimal, Decimal]]:
    """Column and row of what is dark in the text's code, counted from the corner of its quiet zone."""
    code = qrcode.QRCode(border=2)
    code.add_data(text)
    cells = enumerate(code.get_matrix())
    return {(Decimal(column), Decimal(row)) for row, on in cells for column, is_dark in enumerate(on) if is_dark}


def drawn(svg: str) -> set[tuple[Decimal, Decimal]]:
    """Column and row of every square in the path; all of it is squares, each of one size."""
    path = re.findall(r' d="([^"]+)"', svg)[0]
    assert SQUARE.sub("", path) == ""
    edges = [tuple(map(Decimal, found)) for found in SQUARE.findall(path)]
    side = edges[0][2] - edges[0][0]
    assert {(right - left, bottom - top) for left, top, right, bottom in edges} == {(side, side)}
    return {(left / side, top / side) for left, top, _, _ in edges}


def test_a_code_is_svg_without_script_or_style_on_white() -> None:
    svg = qr.draw("https://stoa.example/join/AAAA")
    assert svg.startswith("<svg")
    assert not re.search(r"style|script|onload|href", svg)
    assert 'fill="white"' in svg


def test_what_is_in_it_is_drawn_and_not_written() -> None:
    assert "evil" not in qr.draw('"><script>evil()</script>')


def test_its_squares_are_the_code_of_this_link_and_of_no_other() -> None:
    one, other = "https://stoa.example/join/AAAA", "https://stoa.example/join/AAAB"
    assert drawn(qr.draw(one)) == dark(one)
    assert drawn(qr.draw(other)) == dark(other)
    assert dark(one) != dark(other)
