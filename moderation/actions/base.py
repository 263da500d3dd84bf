"""What every action of the staff is made of."""

from enum import StrEnum

from moderation import cases


class Code(StrEnum):
    """Why an act is refused."""

    GONE = "not_found"
    LENGTH = "length"  # of a reviewer's stay
    LAST = "last_senior"  # of those who are here for good
    OWNER = "owner"  # of this server, who ends their own account by a command alone
    PROOF = "no_proof"
    FAILING = "control_fails"
    EMPTY = "empty"
    UNSIGNED = "unsigned"
    SAME_PERSON = "same_person"
    NEW = "new_on_staff"  # who was just put there puts nobody there
    SUBJECT = "subject"  # nobody decides over themselves
    PART = "part_in_it"  # nor over what they have a part in
    DECIDED = "decided"
    NOTHING = "nothing_left"  # of what it is about
    UNDECIDED = "not_approved"
    SCOPE = "scope"
    EXPIRED = "approval_expired"
    RESTRICTED = "reporting_restricted"
    TOO_MANY = "too_many"
    MEASURE = "measure"  # does not fit the case, or has no end
    FACTS = "no_facts"
    LAW = "no_law"
    UNDOABLE = "not_possible_now"  # whom it concerns is not where it could be done
    TOO_LATE = "too_late"
    OVERTAKEN = "overtaken"  # somebody else has changed it
    ALREADY = "already"
    NUMBER = "no_number"  # of newcomers
    AWAY = "away"  # a part of the server that it needs
    STALE = "second_factor_stale"
    BROKEN = "evidence_broken"  # it is not what the log says
    UNSEALED = "unsealed"  # no checkpoint yet
    LONG = "too_long"  # for one file
    WIDE = "scope_too_wide"  # for one file, of what was approved
    FULL = "disk_full"
    MAKING = "another_made"  # file, just now
    NO_FOLDER = "no_folder"  # that a file could be made in


class Refused(Exception):  # noqa: N818  # a refusal is an answer, not an error
    """The act is not done and nothing changed; `code` says why."""

    def __init__(self, code: Code | cases.Code) -> None:
        super().__init__(code)
        self.code = code
