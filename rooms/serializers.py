"""The shapes of the API, as /api/schema/ describes them."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.rest import Person
from rooms.actions.invites import LONGEST_HOURS, MOST_USES
from rooms.actions.moderators import MOST
from rooms.audience import CURSOR
from rooms.links import LONGEST
from rooms.models import Access, State
from rooms.roles import Move, Rank, Stage

_ENTRY_STAGES = (Stage.AUDIENCE.value, Stage.SPEAKING.value)
_AHEAD = timedelta(days=36_525)
_LANGUAGE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?$"


def within_a_century(time: datetime) -> None:
    """Nothing, for a time that a calendar can take; an hour after the last one of all there is none."""
    if time > timezone.now() + _AHEAD:
        raise serializers.ValidationError(_("That could not be understood."))


class Face(Person):
    """Somebody on stage."""

    number = serializers.IntegerField()


class RoomCard(serializers.Serializer[object]):
    """A room in the hallway."""

    id = serializers.CharField()
    title = serializers.CharField()
    topic = serializers.CharField(allow_blank=True)
    language = serializers.CharField(allow_blank=True)
    link = serializers.CharField(allow_blank=True, help_text="the pinned link, an http or https URL; or empty")
    access = serializers.ChoiceField(Access.choices)
    state = serializers.ChoiceField(State.choices)
    locked = serializers.BooleanField()
    scheduled_for = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    host = Person()
    moderators = Person(many=True)
    stage = Face(many=True)
    speaking = serializers.IntegerField()
    listening = serializers.IntegerField()


class RoomCards(serializers.Serializer[object]):
    """The hallway."""

    results = RoomCard(many=True)


class NewRoom(serializers.Serializer[object]):
    """What is said of a room to be opened; without `scheduled_for` it is live at once."""

    title = serializers.CharField(max_length=100)
    topic = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    language = serializers.RegexField(_LANGUAGE, max_length=10, required=False, allow_blank=True, default="")
    access = serializers.ChoiceField(Access.choices)
    scheduled_for = serializers.DateTimeField(
        required=False, allow_null=True, default=None, validators=[within_a_century]
    )
    moderators = serializers.ListField(
        child=serializers.CharField(max_length=150), max_length=MOST, required=False, help_text="user names"
    )


class RoomEdit(serializers.Serializer[object]):
    """What is to change of a room; what is not named stays as it is."""

    title = serializers.CharField(max_length=100, required=False)
    topic = serializers.CharField(max_length=200, required=False, allow_blank=True)
    language = serializers.RegexField(_LANGUAGE, max_length=10, required=False, allow_blank=True)
    link = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True, help_text="an http or https URL")
    scheduled_for = serializers.DateTimeField(
        required=False, validators=[within_a_century], help_text="only the host's, before it has started"
    )


class MemberView(serializers.Serializer[object]):
    """A present member, as on the room socket."""

    number = serializers.IntegerField()
    uid = serializers.CharField()
    name = serializers.CharField()
    avatar = serializers.CharField(allow_blank=True, help_text="the path of their picture; or empty")
    ai_voice = serializers.BooleanField(help_text="whether they declare that their voice is made by a machine")
    rank = serializers.ChoiceField([rank.name.lower() for rank in Rank if rank < Rank.SERVER])
    stage = serializers.ChoiceField([stage.value for stage in Stage])
    muted = serializers.BooleanField()
    hand = serializers.IntegerField(allow_null=True)


class ListedMember(MemberView):
    """A present member, for somebody who may know them."""

    known = serializers.BooleanField(help_text="whether the asker knows them")


class People(serializers.Serializer[object]):
    """Several people."""

    results = Person(many=True)


class Members(serializers.Serializer[object]):
    """A page of members; `next` is the `after` of the next page."""

    results = ListedMember(many=True)
    next = serializers.CharField(allow_null=True)


class MembersQuery(serializers.Serializer[object]):
    """Which members are asked for."""

    stage = serializers.ChoiceField([stage.value for stage in Stage], required=False, default="")
    q = serializers.CharField(max_length=60, required=False, allow_blank=True, default="", help_text="part of a name")
    after = serializers.RegexField(CURSOR, required=False, allow_blank=True, default="", help_text="a page's `next`")


class AMove(serializers.Serializer[object]):
    """A move, on oneself (no `member`), on another member, or on the room."""

    move = serializers.ChoiceField([move.value for move in Move])
    member = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False, allow_null=True, default=None)


class NewInvite(serializers.Serializer[object]):
    """A link (`uses`, `hours`), or with `username` the invitation of one person."""

    username = serializers.CharField(max_length=150, required=False, allow_blank=True, default="")
    stage = serializers.ChoiceField(_ENTRY_STAGES, required=False, default=Stage.AUDIENCE.value)
    uses = serializers.IntegerField(min_value=1, max_value=MOST_USES, required=False, default=1)
    hours = serializers.IntegerField(min_value=1, max_value=LONGEST_HOURS, required=False, default=24)


class Invite(serializers.Serializer[object]):
    """An invite; `url` only in the answer that makes a link, `member` only for a person."""

    id = serializers.CharField(allow_null=True)
    stage = serializers.ChoiceField(_ENTRY_STAGES)
    uses = serializers.IntegerField(required=False)
    uses_left = serializers.IntegerField(required=False)
    expires_at = serializers.DateTimeField(required=False)
    url = serializers.URLField(required=False)
    member = serializers.IntegerField(required=False)


class Invites(serializers.Serializer[object]):
    """The links that still open the room."""

    results = Invite(many=True)


class TokenWish(serializers.Serializer[object]):
    """What the token is for: `speak` for WHIP."""

    speak = serializers.BooleanField(required=False, default=False)


class Token(serializers.Serializer[object]):
    """A room token, for `Authorization: Bearer`."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField()
