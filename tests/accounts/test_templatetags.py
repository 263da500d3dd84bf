"""Tests of accounts.templatetags and of templates/pieces/avatar.html."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import User
from accounts.templatetags.people import called, person

FACES = json.loads((Path(__file__).parents[1] / "faces.json").read_text(encoding="utf-8"))
"""What a face is made of and what it becomes; tests/js/avatar.test.js makes them by script."""


class Face(HTMLParser):
    """What a browser makes of a face: its tags with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags = list[tuple[str, dict[str, str | None]]]()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("face", FACES, ids=lambda face: face["uid"] or "left")
def test_a_face_is_the_same_as_the_one_a_script_makes(face: dict[str, str]) -> None:
    made = Face(render_to_string("pieces/avatar.html", {"person": face, "size": "small"}))
    (tag, attributes), *pictures = made.tags
    assert (tag, attributes["class"], attributes["aria-hidden"]) == (
        "stoa-avatar",
        f"avatar small {face['tint']}",
        "true",
    )
    assert made.text.removesuffix("\n") == face["letter"]  # the file ends with one
    assert [(picture["src"], picture["alt"]) for _, picture in pictures] == (
        [(face["avatar"], "")] if face["avatar"] else []
    )


def test_a_person_has_what_a_face_needs(bob: User) -> None:
    assert person(bob) == {"uid": bob.uid, "name": "Bob", "avatar": ""}


def test_a_face_without_a_picture_is_an_initial_on_the_colour_of_the_uid(bob: User) -> None:
    html = render_to_string("pieces/avatar.html", {"person": person(bob), "size": "small"})
    assert f'class="avatar small tint-{bob.uid[0]}" aria-hidden="true">B</stoa-avatar>' in html


def test_a_picture_covers_the_initial_and_is_not_described(bob: User) -> None:
    bob.avatar = "0123456789abcdef"
    html = render_to_string("pieces/avatar.html", {"person": person(bob)})
    assert f'B<img src="/avatars/{bob.uid}/0123456789abcdef.webp" alt="" loading="lazy" decoding="async">' in html


def test_whoever_left_has_a_word_in_the_place_of_their_name_and_no_face(bob: User) -> None:
    assert called(bob) == "Bob"
    bob.ended_at, bob.avatar = timezone.now(), "0123456789abcdef"
    for left in (bob, None):
        assert person(left) == {"uid": "", "name": "somebody who left", "avatar": ""}
        assert called(left) == "somebody who left"
