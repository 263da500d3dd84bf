"""What somebody is known by, told anew where they are seen: the path of an old picture leads nowhere any more."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone

from accounts.models import User
from moderation.audit.source import Source
from rooms import protocol
from rooms.actions.base import turn
from rooms.models import Member, Room
from rooms.roles import Rank, Stage


@receiver(post_save, sender=User)
def changed(instance: User, created: bool, update_fields: Collection[str] | None, **_: Any) -> None:
    """Show the person anew, once the change is committed."""
    if not created and {"display_name", "avatar", "ai_voice"} & set(update_fields or ()):
        transaction.on_commit(lambda: show(instance, now=timezone.now()), robust=True)


def show(user: User, *, now: datetime) -> int:
    """In how many rooms everybody was told what the person looks like now."""
    seen = Member.objects.filter(user=user, present=True).exclude(stage=Stage.AUDIENCE, rank=Rank.MEMBER)
    return sum(_show_in(room, user, now) for room in list(seen.values_list("room", flat=True)))


def _show_in(room_id: str, user: User, now: datetime) -> bool:
    with transaction.atomic():
        room = Room.objects.select_for_update().get(pk=room_id)
        member = room.members.filter(user=user, present=True).select_related("user").first()
        if member is None or not protocol.listed(member.rank, member.stage):
            return False
        with turn(room, Source.internal("web"), now) as one:
            one.say_member(member)
    return True
