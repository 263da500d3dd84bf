"""What templates show of people."""

import unicodedata
from collections.abc import Mapping

from django import template
from django.utils.translation import gettext

from accounts import avatars
from accounts.avatars import Pictured
from accounts.models import User

register = template.Library()


@register.filter
def person(user: Pictured | None) -> Mapping[str, str]:
    """Uid, name and path of the picture, as `pieces/avatar.html` takes them; of whoever left, none but a word."""
    if user is None or (isinstance(user, User) and user.ended_at):
        return {"uid": "", "name": gettext("somebody who left"), "avatar": ""}
    return {"uid": user.uid, "name": user.display_name, "avatar": avatars.address(user)}


@register.filter
def called(user: User | None) -> str:
    """The name that others read; a word for whoever left."""
    return person(user)["name"]


@register.filter
def initial(name: str) -> str:
    """The letter of a face: the first of the name, as `static/js/avatar.js` takes it."""
    return unicodedata.normalize("NFC", name).strip()[:1].upper() or "?"
