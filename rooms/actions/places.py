"""How many a room takes, and how many its stage. Asked while the room's row is held, so that nobody is too many."""

from django.conf import settings

from rooms.models import Member, Room
from rooms.roles import Stage

MOST_SPEAKING = 50


def room_full(room: Room) -> bool:
    """Whether the room takes nobody new. One that gave out fewer numbers than it has places is not even counted."""
    size: int = settings.STOA_ROOM_SIZE
    return room.numbers >= size and Member.objects.filter(room=room.pk, present=True).count() >= size


def stage_full(room: Room) -> bool:
    """Whether the stage takes nobody but the host."""
    return Member.objects.filter(room=room.pk, present=True, stage=Stage.SPEAKING).count() >= MOST_SPEAKING
