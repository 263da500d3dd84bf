"""What changes people: the only writers, each one transaction with its entry in the audit log.

`codes` invite codes · `joining` coming in · `profile` oneself and where one is signed in · `blocks` blocking ·
`push` browsers that show notifications · `standing` suspended and restored · `endings` closed and emptied ·
`switches` levers of the whole server · `base` what they are made of.
"""

from accounts.actions.base import Code, Refused
from accounts.actions.blocks import block, unblock
from accounts.actions.codes import issue, issue_by_operator, issue_reset, link, owner_link, revoke
from accounts.actions.joining import Keys, Newcomer, accept, join, replace_keys
from accounts.actions.profile import change_picture, change_profile, forget_sessions, sign_out_elsewhere

__all__ = [
    "Code",
    "Keys",
    "Newcomer",
    "Refused",
    "accept",
    "block",
    "change_picture",
    "change_profile",
    "forget_sessions",
    "issue",
    "issue_by_operator",
    "issue_reset",
    "join",
    "link",
    "owner_link",
    "replace_keys",
    "revoke",
    "sign_out_elsewhere",
    "unblock",
]
