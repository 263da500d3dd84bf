"""`python -m tests.flows.actor SEED TALLY`: a server process that does mixed acts on one database until it is killed.

Adds one character to the file TALLY for each: `+` done, `-` refused, `!` not possible just then.
"""

import os
import random
import socket
import sys
import time
from functools import partial
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.exceptions import ObjectDoesNotExist  # noqa: E402  # Django first
from django.db import Error, connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from redis import RedisError  # noqa: E402

from accounts import actions as people  # noqa: E402
from accounts import codes, notice  # noqa: E402
from accounts import invites as written  # noqa: E402
from accounts.models import InviteCode, User, new_uid  # noqa: E402
from moderation.actions.base import Refused as CaseRefused  # noqa: E402
from moderation.audit.erase import BusyError, NeededError  # noqa: E402
from moderation.audit.hold import HeldError  # noqa: E402
from moderation.audit.source import Source  # noqa: E402
from rooms.actions import history, invites, moves, presence, reminders  # noqa: E402
from rooms.actions import rooms as rooming  # noqa: E402
from rooms.models import Access, Carrier, Member, Room, RoomInvite, State  # noqa: E402
from rooms.roles import Move, Rank, Refused, Stage  # noqa: E402
from tests.flows import casework, goodbyes, housework  # noqa: E402

PEOPLE = 12
REFUSED = (Refused, people.Refused, written.Refused, CaseRefused, HeldError, NeededError, BusyError)
SFU = f"{socket.gethostname()}-0"  # the media process that `serve` runs


class Actor:
    """Acts as anybody, on anything there is."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.acts = [getattr(self, name) for name in dir(self) if name.startswith("do_")]
        self.acts += [partial(act, self) for act in (*casework.ACTS, *housework.ACTS, *goodbyes.ACTS)]
        self.number = 0

    def act(self) -> None:
        """One act of a random kind."""
        self.number += 1
        self.who = self.pick(User.objects.filter(username__startswith="g1_"))
        self.source = Source(f"192.0.2.{self.chance.randrange(1, 255)}", self.chance.randrange(1024, 65536))
        self.now = timezone.now()
        self.terms: dict[str, Any] = {"source": self.source, "now": self.now}
        self.chance.choice(self.acts)()

    def pick(self, rows: Any) -> Any:
        """A random row of the newest."""
        found = list(rows.order_by("-pk")[:20])
        return self.chance.choice(found) if found else None

    def room(self) -> Room | None:
        """A random room that has not ended."""
        found = list(Room.objects.exclude(state=State.ENDED).order_by("-created_at")[:5])
        return self.chance.choice(found) if found else None

    def do_open(self) -> None:
        if Room.objects.exclude(state=State.ENDED).count() < 5:
            room = rooming.open_room(self.who, rooming.Plan("Owls", Access.OPEN, topic="at night"), **self.terms)
            Carrier.objects.create(room=room, sfu=SFU, epoch="", key="")  # which answers that nobody spoke

    def do_edit(self) -> None:
        if room := self.room():
            wish = rooming.Edit(title=f"Owls {self.chance.random()}")
            rooming.edit(self.chance.choice([self.who, host(room)]), room.pk, wish, **self.terms)

    def do_join(self) -> None:
        if room := self.room():
            session = presence.Session(f"c{os.getpid()}-{self.number}", "actor", "tab")
            presence.join(self.who, room.pk, session, **self.terms)

    do_join_too = do_join

    def do_leave(self) -> None:
        if member := self.pick(Member.objects.filter(present=True)):
            seat = presence.seat_of(member.room_id, member.user.uid, member.connection)
            if seat:
                presence.leave(seat, "left", **self.terms)

    def do_move(self) -> None:
        if room := self.room():
            what = self.chance.choice([move for move in Move if move not in (Move.END, Move.BAN)])
            here = self.pick(Member.objects.filter(room=room, present=True))
            number = here.number if here else None
            moves.move(self.chance.choice([self.who, host(room)]), room.pk, what, number, **self.terms)

    do_move_too = do_move_again = do_move

    def do_end(self) -> None:
        if (room := self.room()) and self.chance.random() < 0.2:
            moves.move(host(room), room.pk, Move.END, None, **self.terms)

    def do_invite(self) -> None:
        if room := self.room():
            invites.issue(self.chance.choice([self.who, host(room)]), room.pk, Stage.AUDIENCE, 1, 1, **self.terms)

    def do_revoke(self) -> None:
        if invite := self.pick(RoomInvite.objects.filter(revoked_at=None)):
            invites.revoke(host(invite.room), invite.room_id, invite.pk, **self.terms)

    def do_code(self) -> None:
        people.issue(self.who, uses=1, days=1, **self.terms)

    def do_revoke_code(self) -> None:
        if code := self.pick(InviteCode.objects.filter(revoked_at=None, issuer__isnull=False)):
            people.revoke(code.uid, by=code.issuer, **self.terms)

    def do_come_in(self) -> None:
        code = people.issue_by_operator(**self.terms)
        name = f"new_{os.getpid()}_{self.number}"
        newcomer = people.Newcomer(new_uid(), name, "Newcomer", "en", people.Keys(password="!hash"))
        people.join(codes.digest_of(written.normalise(code)), newcomer, notice.here(), **self.terms)

    def do_reset(self) -> None:
        if lost := self.pick(User.objects.filter(username__startswith="new_")):
            code = people.issue_reset(lost, **self.terms)
            people.replace_keys(codes.digest_of(written.normalise(code)), people.Keys(password="!new"), **self.terms)

    def do_redeem(self) -> None:
        if room := self.room():
            issued = invites.issue(host(room), room.pk, Stage.AUDIENCE, 1, 1, **self.terms)
            invites.redeem(self.who, issued.token, **self.terms)

    def do_block(self) -> None:
        people.block(self.who, self.pick(User.objects.all()).uid, **self.terms)

    def do_unblock(self) -> None:
        people.unblock(self.who, self.pick(User.objects.all()).uid, source=self.source)

    def do_profile(self) -> None:
        people.change_profile(self.who, display_name=f"Name {self.chance.randrange(1000)}", source=self.source)

    def do_remind(self) -> None:
        if room := self.room():
            reminders.remind(self.who, room.pk, **self.terms)

    def do_forget(self) -> None:
        history.forget_all(self.who, source=self.source)


def host(room: Room) -> User:
    """Who hosts the room."""
    return Member.objects.select_related("user").get(room=room, rank=Rank.HOST).user


def main() -> None:
    """Acts until it is killed."""
    actor, tally = Actor(int(sys.argv[1])), os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    while True:
        try:
            actor.act()
            sign = "+"
        except REFUSED:
            sign = "-"
        except (Error, RedisError, OSError, ObjectDoesNotExist):
            sign = "!"
            connection.close()
            time.sleep(0.05)
        os.write(tally, sign.encode())


if __name__ == "__main__":
    main()
