"""Tests of accounts.templatetags and of templates/pieces/avatar.html."""

from django.template.loader import render_to_string

from accounts.models import User
from accounts.templatetags.people import person


def test_a_person_has_what_a_face_needs(bob: User) -> None:
    assert person(bob) == {"uid": bob.uid, "name": "Bob", "avatar": ""}


def test_a_face_without_a_picture_is_an_initial_on_the_colour_of_the_uid(bob: User) -> None:
    html = render_to_string("pieces/avatar.html", {"person": person(bob), "size": "small"})
    assert f'class="avatar small tint-{bob.uid[0]}" aria-hidden="true">B</stoa-avatar>' in html


def test_a_picture_covers_the_initial_and_is_not_described(bob: User) -> None:
    bob.avatar = "0123456789abcdef"
    html = render_to_string("pieces/avatar.html", {"person": person(bob)})
    assert f'B<img src="/avatars/{bob.uid}/0123456789abcdef.webp" alt="" loading="lazy" decoding="async">' in html
