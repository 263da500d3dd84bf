"""A user name for somebody who only told us what people call them."""

import re
import secrets
import unicodedata

from django.core.exceptions import ValidationError

from accounts.forms import username_of
from accounts.models import User

_STEM = 24  # characters; what makes it different from others' comes after
_STRANGE = re.compile(r"[^a-z0-9\u4e00-\u9fff]+")
_NAMELESS = "guest"
_TRIES = 20


def suggest(display_name: str) -> str:
    """A user name that nobody has and that is close to the name; empty if chance finds none, which is next to never."""
    stem = _stem(display_name)
    names = [stem, *(f"{stem}{secrets.randbelow(9000) + 1000}" for _ in range(_TRIES))]
    taken = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    return next((name for name in names if name not in taken and name != _NAMELESS), "")


def _stem(display_name: str) -> str:
    """The letters of the name that a user name may have, if they make one."""
    plain = unicodedata.normalize("NFKD", display_name).lower()
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    try:
        return username_of(_STRANGE.sub(".", letters).strip(".")[:_STEM].strip("."))
    except ValidationError:
        return _NAMELESS
