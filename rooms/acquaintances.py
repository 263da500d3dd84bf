"""Whom a person knows: so that a hallway and an audience begin with familiar faces."""

from accounts.models import User
from rooms import rows

_TIES = """
SELECT code.issuer_id FROM accounts_redemption AS came JOIN accounts_invitecode AS code ON code.id = came.code_id
WHERE came.user_id = %s AND code.purpose <> 'reset'
UNION
SELECT came.user_id FROM accounts_redemption AS came JOIN accounts_invitecode AS code ON code.id = came.code_id
WHERE code.issuer_id = %s AND code.purpose <> 'reset'
UNION
SELECT partner.user_id FROM rooms_member AS mine JOIN rooms_member AS partner ON partner.room_id = mine.room_id
WHERE mine.user_id = %s AND mine.spoke AND partner.spoke
"""
_KNOWN = f"{_TIES} EXCEPT SELECT blocked_id FROM accounts_block WHERE blocker_id = %s"  # noqa: S608  # our own words

KNOWING = f"""{_TIES}
EXCEPT SELECT blocker_id FROM accounts_block WHERE blocked_id = %s
EXCEPT SELECT blocked_id FROM accounts_block WHERE blocker_id = %s
"""  # noqa: S608
"""The primary keys of those who know a person given five times, as SQL: nobody who has blocked, or is blocked by, them.

The person's own key may be among them.
"""


def known_to(user: User) -> frozenset[int]:
    """The primary keys of those whom this person knows: never their own, and never of somebody they blocked.

    Known are whoever invited them, those whom they invited, and those who were on stage where they were.
    """
    found = rows.cells(_KNOWN, [user.pk] * 4)
    return frozenset(person for (person,) in found) - {user.pk, None}
