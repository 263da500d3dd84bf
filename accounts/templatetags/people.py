"""What templates show of people."""

from collections.abc import Mapping

from django import template

from accounts import avatars
from accounts.avatars import Pictured

register = template.Library()


@register.filter
def person(user: Pictured) -> Mapping[str, str]:
    """Uid, name and path of the picture, as `pieces/avatar.html` takes them."""
    return {"uid": user.uid, "name": user.display_name, "avatar": avatars.address(user)}
