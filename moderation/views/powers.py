"""`/console/powers`: what can be done at once, to a live room or to the whole server, and who is coming in where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, Q, Value, When
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import Lever, Purpose, Redemption, Switch, User
from accounts.views import member
from moderation.actions import decisions, powers
from moderation.actions.powers import Pull
from moderation.audit.source import Source
from moderation.gate import console, staff_of
from moderation.measures import Measure
from moderation.power_forms import EndForm, LeverForm, RoomForm
from moderation.powers import Power, Reason
from moderation.staff import Act, Role
from moderation.views.answers import not_understood, said, who
from moderation.words import LEVERS, POWER_REASONS, POWERS
from rooms.models import Member, Room, State
from rooms.roles import Rank, Stage

SHOWN = 50
MINUTE, WHILE = timedelta(minutes=1), timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Live:
    """A live room: how many are there, how many of them speak, how many came in the last `minute` and `lately`.

    `by` is through whose codes most of these came, None where nobody stands out, and `through` how many.
    """

    room: Room
    host: str
    here: int
    speaking: int
    minute: int
    lately: int
    by: str | None
    through: int
    form: RoomForm
    ending: EndForm


@dataclass(frozen=True, slots=True)
class Shown:
    """A lever of the whole server, as it stands."""

    name: str
    title: Promise
    switch: Switch | None
    by: str
    reason: Promise | str
    form: LeverForm


@console(Act.READ_POWERS)
def overview(request: HttpRequest) -> HttpResponseBase:
    """The page: the levers of the server, then the live rooms, those with the most newcomers first.

    `room` is one that somebody comes for: it stands before all others, ready to be acted on.
    """
    now, staff = timezone.now(), staff_of(member(request))
    name, wanted = "uid" if staff and staff.guest else "display_name", request.GET.get("room", "")
    context = {"levers": _levers(name), "rooms": _rooms(now, name, wanted), "wanted": wanted}
    return render(request, "console/powers.html", context)


@console(Act.PULL_ROOM)
def in_room(request: HttpRequest, room: str) -> HttpResponseBase:
    """Back to the page; it is done to the room, or it is said why not."""
    form = RoomForm(request.POST or None)
    if form.is_valid():
        power = Power(form.cleaned_data["power"])
        with said(request, Act.PULL_ROOM, _("Done: %(power)s.") % {"power": POWERS[power]}):
            powers.in_room(room, power, _pull(request, form), seconds=form.cleaned_data["seconds"] or 0)
    not_understood(request, form)
    return redirect("console_powers")


@console(Act.PULL_ROOM)
def end_room(request: HttpRequest, room: str) -> HttpResponseBase:
    """Back to the page; the room is over and its host reads why, or it is said why not."""
    form = EndForm(request.POST or None)
    if form.is_valid():
        verdict = form.verdict_of(Measure.END_ROOM)
        with said(request, Act.PULL_ROOM, _("The room is over. Its host reads why, and may appeal.")):
            decisions.decide_at_once(room, verdict, **who(request))
    not_understood(request, form)
    return redirect("console_powers")


@console(Act.PULL_SERVER)
def lever(request: HttpRequest, name: str) -> HttpResponseBase:
    """Back to the page; the lever is pulled or let go, or it is said why not."""
    form = LeverForm(name, request.POST or None)
    if form.is_valid() and name in Lever:
        pull = _pull(request, form)
        with said(request, Act.PULL_SERVER, _("Done: %(power)s.") % {"power": LEVERS[name]}):
            if form.cleaned_data["release"]:
                powers.release_lever(Lever(name), pull)
            else:
                powers.pull_lever(Lever(name), pull, most=form.cleaned_data.get("most"))
    not_understood(request, form)
    return redirect("console_powers")


def _pull(request: HttpRequest, form: LeverForm | RoomForm) -> Pull:
    user, data = member(request), form.cleaned_data
    staff = staff_of(user)
    role = Role(staff.role) if staff else Role.MODERATOR
    words = data["words"].strip()
    return Pull(user, role, Reason(data["reason"]), timezone.now(), Source.of_request(request), words)


def _levers(name: str) -> list[Shown]:
    """Each lever; `name` is the field of a person that is shown."""
    pulled = {switch.name: switch for switch in Switch.objects.all()}
    people = User.objects.filter(uid__in=[switch.pulled_by for switch in pulled.values()])
    names = dict(people.values_list("uid", name))
    return [_lever(lever, pulled.get(lever), names) for lever in Lever]


def _lever(name: Lever, switch: Switch | None, names: dict[str, str]) -> Shown:
    by, reason = (names.get(switch.pulled_by, ""), POWER_REASONS.get(switch.reason, "")) if switch else ("", "")
    return Shown(name, LEVERS[name], switch, by, reason, LeverForm(name, auto_id=f"{name}-%s"))


def _rooms(now: datetime, name: str, wanted: str) -> list[Live]:
    """The live rooms, the wanted one first, in a fixed number of questions."""
    members = Member.objects.filter(room__state=State.LIVE).values("room")
    counted = members.annotate(
        here=Count("pk", Q(present=True)),
        speaking=Count("pk", Q(present=True, stage=Stage.SPEAKING)),
        minute=Count("pk", Q(joined_at__gt=now - MINUTE)),
        lately=Count("pk", Q(joined_at__gt=now - WHILE)),
    )
    first = Case(When(room=wanted, then=Value(0)), default=Value(1))
    rows = list(counted.order_by(first, "-minute", "-lately", "-here", "room")[:SHOWN])
    hosts = Member.objects.filter(room__in=[row["room"] for row in rows], rank=Rank.HOST).select_related("room", "user")
    hosted, roots = {member.room_id: member for member in hosts}, _roots([row["room"] for row in rows], now, name)
    return [
        _live(hosted[row["room"]], (row["here"], row["speaking"], row["minute"], row["lately"]), roots, name)
        for row in rows
    ]


def _live(host: Member, counts: tuple[int, int, int, int], roots: Mapping[str, tuple[str, int]], name: str) -> Live:
    by, through = roots.get(host.room_id, (None, 0))
    ids = f"{host.room.pk}-%s"
    forms = RoomForm(auto_id=ids, initial={"seconds": host.room.slow}), EndForm(auto_id=ids)
    return Live(host.room, getattr(host.user, name), *counts, by, through, *forms)


def _roots(rooms: list[str], now: datetime, name: str) -> dict[str, tuple[str, int]]:
    """For each room whose codes let in the most of those who came lately, and how many; at least two."""
    lately = Redemption.objects.filter(
        user__memberships__room__in=rooms, user__memberships__joined_at__gt=now - WHILE
    ).exclude(code__purpose=Purpose.RESET)
    counted = lately.values("user__memberships__room", f"code__issuer__{name}").annotate(many=Count("user"))
    return {
        row["user__memberships__room"]: (row[f"code__issuer__{name}"], row["many"])
        for row in counted.filter(code__issuer__isnull=False, many__gt=1).order_by("many")
    }
