"""Whether anybody may come into any room now: not the suspended, and nobody while the server is.

One question for both, which holds the person's row: a suspension waits for whoever is just coming in, to put them out.
"""

from datetime import datetime

from django.db import connection

from accounts import throttle
from accounts.models import Lever, User
from accounts.switches import pulled
from rooms.roles import Code, Refused

# Asked at every join.
_ASKED = """
SELECT person.is_active AND (person.suspended_until IS NULL OR person.suspended_until <= %s), switch.name, switch.most
FROM accounts_user AS person LEFT JOIN accounts_switch AS switch ON switch.name IN ('joins', 'server')
WHERE person.id = %s
"""


def check(user: User, now: datetime) -> int | None:
    """How many newcomers a room takes in a minute; None where joins are not braked.

    Asked inside the transaction of the join, before the room is held. Raises `Refused`: SUSPENDED, CLOSED.
    """
    hold = " FOR SHARE OF person" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(_ASKED + hold, [connection.ops.adapt_datetimefield_value(now), user.pk])
        found = cursor.fetchall()
    if not all(good for good, _, _ in found):
        raise Refused(Code.SUSPENDED)
    switched = {name: most for _, name, most in found if name}
    if Lever.SERVER in switched:
        raise Refused(Code.CLOSED)
    return switched.get(Lever.JOINS)


def brake(room_id: str, most: int) -> None:
    """Count one more newcomer of this minute. Raises `Refused`: BRAKED beyond `most`, UNAVAILABLE."""
    try:
        allowed = throttle.hit("room.newcomers", room_id, limit=most, per=60)
    except throttle.Unavailable as error:
        raise Refused(Code.UNAVAILABLE) from error
    if not allowed:
        raise Refused(Code.BRAKED)


def open_still() -> None:
    """Nothing, unless the whole server is suspended: then raises `Refused(CLOSED)`."""
    if pulled(Lever.SERVER) is not None:
        raise Refused(Code.CLOSED)
