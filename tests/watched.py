"""What a change of each table is, and how entries begin that tell of one: by it G1 compares the log with the rows."""

import re
from collections.abc import Iterator, Mapping, Sequence

NEVER = r"(?!)"
"""Tables of Django and allauth in which Stoa never writes a row: any change is one that nothing told of."""
WATCHED = {
    "rooms_room": r"room\.|room_invite\.redeem|member\.|power\.",
    "rooms_member": r"member\.|room\.|room_invite\.redeem|history\.|power\.|log\.erase",
    "rooms_roominvite": r"room_invite\.|account\.end",
    "rooms_reminder": r"reminder\.|room\.|account\.end",
    "accounts_user": r"account\.(change|create|sign_in|sessions_end|password|reset|suspend|restore|end)|log\.erase",
    "accounts_invitecode": r"invite\.|account\.(reset|end)|log\.erase",
    "accounts_redemption": r"invite\.redeem|account\.reset|log\.erase",
    "accounts_acceptance": r"notice\.accept|log\.erase",
    "accounts_switch": r"power\.(invites|joins|server|export)|log\.erase",
    "accounts_block": r"account\.((un)?block|end)",
    "accounts_barreddevice": r"account\.(bar_device|suspend|restore|forget_devices|end)|log\.erase",
    "accounts_pushsubscription": r"push\.|account\.(sign_in|sign_out|sessions_|password|reset|end)",
    "accounts_notification": r"push\.send",
    "mfa_authenticator": r"account\.factor_",
    "moderation_staff": r"staff\.|log\.erase",
    "moderation_case": r"case\.|report\.make|evidence\.forget|log\.erase",
    "moderation_report": r"report\.|case\.(merge|forget)|log\.erase",
    "moderation_freeze": r"report\.make|evidence\.|case\.forget",
    "moderation_evidence": r"evidence\.|case\.|log\.erase",
    "moderation_hint": r"case\.|evidence\.(destroy|forget)",
    "moderation_grant": r"evidence\.|case\.forget",
    "moderation_decision": r"decision\.|case\.|log\.erase",
    "moderation_appeal": r"case\.(appeal|forget)|appeal\.|log\.erase",
    "moderation_datarequest": r"data\.|log\.erase",
    "moderation_policytext": r"policy\.write|log\.erase",
    "moderation_reflex": r"reflex\.",
    "moderation_unmasking": r"person\.|log\.erase",
    "moderation_holdrequest": r"log\.(hold|erase)",
    "moderation_lawfulrequest": r"lawful\.|log\.erase",
    "moderation_control": r"control\.check",
    "moderation_finding": r"finding\.|log\.erase",
    "moderation_statement": r"statement\.make|log\.erase",
    "moderation_trigger": r"trigger\.open|review\.file",
    "moderation_review": r"review\.|log\.erase",
    "audit_hold": r"log\.(hold|release)",
    "audit_entry": r"log\.prune",
    "audit_label": r"log\.(erase|prune)",
    "audit_personkey": r"log\.(erase|rewrap)",
    "account_emailaddress": NEVER,
    "account_emailconfirmation": NEVER,
    "accounts_user_groups": NEVER,
    "accounts_user_user_permissions": NEVER,
    "auth_group": NEVER,
    "auth_group_permissions": NEVER,
    "auth_permission": NEVER,
    "django_content_type": NEVER,
    "django_migrations": NEVER,
}
SILENT = {
    "rooms_room": ("seq",),
    "rooms_member": ("lost_at",),
    "mfa_authenticator": ("last_used_at",),
    "moderation_case": ("step", "stepped_at", "held_at"),
    "moderation_review": ("due_at", "tries"),
}
"""Columns that tell of a connection, count what is said or note that somebody works: to change one is no change."""
ONLY = {
    "accounts_notification": "INSERT",  # what was sent, or is too old, is gone: `push.send` told of it
    "audit_entry": "DELETE",  # the log is not told of in the log, but for what is taken from it
    "audit_label": "DELETE",
    "audit_personkey": "UPDATE OR DELETE",
}
"""What is a change of a table, where not everything is."""
UNWATCHED = {
    "django_session": "a cookie's other half, written by every step of a form: sign-ins and sign-outs are entries",
    "usersessions_usersession": "when and from where a session was seen last",
    "rooms_carrier": "which media process a room is carried by just now: a connection, made anew after every crash",
    "moderation_baseline": "a measurement of the server's own shape; what it finds opens a trigger, which is an entry",
    "audit_leaf": "the log itself: an entry's place in the tree",
    "audit_node": "the log itself: hashes of the tree",
    "audit_checkpoint": "the log itself: what was signed of it",
    "audit_cosignature": "the log itself: what witnesses signed of it",
    "audit_head": "the log itself: how far it is sealed",
    "audit_stream": "the log itself: how far collectors and witnesses have it",
}
"""Tables whose changes the log owes no entry, and why."""
ALONE = {
    r"server\.": "signs of life",
    r"console\.read|evidence\.open|log\.(search|export|proof)": "looking changes nothing",
    r"account\.(sign_out|second_factor|sessions_forget)": "of sessions",
    r"evidence\.destroy": "of a file that no row has",
    r"log\.erase": "of somebody whom the log does not know, or not any more",
    r"room_token\.issue": "a token is no row",
    r"media\.connect": "sound is no row",
    r"log\.key": "the log's keys are files",
}
"""Entries that may tell of no change of a row, and why."""
SCHEMA = """
CREATE TABLE g1_seen (xid bigint, what text, entry bigint);
CREATE TABLE g1_label (entry bigint, person bigint, part int);
CREATE FUNCTION g1_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE silent text[] := coalesce(TG_ARGV::text[], '{}');
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - silent = to_jsonb(NEW) - silent THEN RETURN NULL; END IF;
  INSERT INTO g1_seen VALUES (txid_current(), TG_TABLE_NAME); RETURN NULL;
END $$;
CREATE FUNCTION g1_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
  INSERT INTO g1_seen VALUES (txid_current(), 'entry ' || NEW.result || ' ' || NEW.action, NEW.id); RETURN NULL;
END $$;
CREATE FUNCTION g1_labelled() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
  INSERT INTO g1_label VALUES (NEW.entry, NEW.person, NEW.part); RETURN NULL;
END $$;
CREATE TRIGGER g1_entry AFTER INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION g1_entry();
CREATE TRIGGER g1_labelled AFTER INSERT ON audit_label FOR EACH ROW EXECUTE FUNCTION g1_labelled();
"""
TOGETHER = "SELECT array_agg(DISTINCT what ORDER BY what) FROM g1_seen GROUP BY xid ORDER BY xid"
REPEATED = """
SELECT action, array_agg(detail) FROM (
  SELECT seen.xid, action, result, object_type, object_id, room, "case", policy, detail,
    (SELECT array_agg((person, part) ORDER BY person) FROM g1_label WHERE g1_label.entry = seen.entry) AS persons
  FROM g1_seen seen JOIN audit_entry ON audit_entry.id = seen.entry
) told
GROUP BY xid, action, result, object_type, object_id, room, "case", policy, persons HAVING count(*) > 1
"""
"""What one transaction told more than once: the same act on the same thing, with the same persons in the same part.

The persons are those of the labels as they were written, since an erasure takes them.
"""
SEVERAL = {
    "account.factor_add": "factor",
    "account.factor_remove": "factor",
    "data.told": "request",
    "push.send": "notification",
}
"""Acts of which one transaction tells several of the same person, and what in `detail` tells them apart."""


def install() -> Iterator[str]:
    """The statements after which a PostgreSQL notes every change of a watched table, and every entry."""
    yield SCHEMA
    for table in WATCHED:
        columns = ", ".join(f"'{name}'" for name in SILENT.get(table, ()))
        when = ONLY.get(table, "INSERT OR UPDATE OR DELETE")
        yield f"CREATE TRIGGER g1 AFTER {when} ON {table} FOR EACH ROW EXECUTE FUNCTION g1_change({columns})"


def astray(seen: Sequence[str]) -> tuple[list[str], list[str]] | None:
    """The tables that one transaction changed and no entry of it told of, and its entries that told of no change."""
    told = [what.removeprefix("entry ok ") for what in seen if what.startswith("entry ok ")]
    changed = [what for what in seen if what in WATCHED]
    untold = [table for table in changed if not any(re.match(WATCHED[table], entry) for entry in told)]
    bound = [entry for entry in told if not any(re.match(alone, entry) for alone in ALONE)]
    empty = [entry for entry in bound if not any(re.match(WATCHED[table], entry) for table in changed)]
    return (untold, empty) if untold or empty else None


def doubled(action: str, details: Sequence[Mapping[str, object]]) -> bool:
    """Whether entries of one transaction that are alike but for these details tell something twice."""
    apart = SEVERAL.get(action)
    return apart is None or len({detail.get(apart) for detail in details}) < len(details)
