from datetime import UTC, datetime, timedelta

import pytest

from moderation.staff import GUESTS, LOOKS, READS, TABLE, Act, Code, Role, Standing, refusal

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
CHANGES = {
    Act.FILE_REVIEW,
    Act.MEND,
    Act.STATE,
    Act.REPORT_TRIGGER,
    Act.ASK_LAWFUL,
    Act.DECIDE_LAWFUL,
    Act.EXPORT_LAWFUL,
    Act.WORK,
    Act.DECIDE,
    Act.CONFIRM,
    Act.HEAR,
    Act.WRITE_BACK,
    Act.ASK_EVIDENCE,
    Act.SWITCH_REFLEX,
    Act.GRANT_NAME,
    Act.READ_DATA,  # what people ask of their data is between them and the seniors
    Act.ANSWER_DATA,
    Act.APPROVE_EVIDENCE,
    Act.OPEN_EVIDENCE,
    Act.OPEN_CASE,
    Act.OBSERVE,
    Act.CHANGE_STAFF,
    Act.WRITE_POLICY,
    Act.HOLD,
    Act.PULL_ROOM,
    Act.PULL_SERVER,
}


def test_every_role_stands_in_the_table() -> None:
    assert set(TABLE) == set(Role)


@pytest.mark.parametrize("act", Act)
def test_whoever_is_not_on_the_staff_may_do_nothing(act: Act) -> None:
    assert refusal(None, act, NOON) is Code.STRANGER


@pytest.mark.parametrize("role", GUESTS)
@pytest.mark.parametrize("act", sorted(CHANGES))
def test_a_guest_changes_nothing(act: Act, role: Role) -> None:
    assert refusal(Standing(role, NOON + timedelta(days=1)), act, NOON) is Code.ROLE


@pytest.mark.parametrize("act", Act)
def test_an_inspector_sees_everything_and_starts_nothing(act: Act) -> None:
    code = refusal(Standing(Role.INSPECTOR, NOON + timedelta(days=1)), act, NOON)
    assert code == (None if act in LOOKS | {Act.ASK_NAME} else Code.ROLE)


def test_every_act_is_either_a_read_or_a_change() -> None:
    assert set(Act) == READS | CHANGES
    assert not READS & CHANGES


@pytest.mark.parametrize("act", sorted(READS))
def test_a_reviewer_reads_until_the_last_moment_and_not_after(act: Act) -> None:
    standing = Standing(Role.REVIEWER, NOON)
    assert refusal(standing, act, NOON - timedelta(microseconds=1)) is None
    assert refusal(standing, act, NOON) is Code.EXPIRED


def test_a_moderator_reads_no_log() -> None:
    assert refusal(Standing(Role.MODERATOR, None), Act.READ_LOG, NOON) is Code.ROLE


@pytest.mark.parametrize("act", [Act.CONFIRM, Act.HEAR, Act.APPROVE_EVIDENCE, Act.CHANGE_STAFF, Act.WRITE_POLICY])
def test_a_moderator_is_no_second_pair_of_eyes(act: Act) -> None:
    assert refusal(Standing(Role.MODERATOR, None), act, NOON) is Code.ROLE


@pytest.mark.parametrize("act", Act)
def test_a_senior_may_do_everything(act: Act) -> None:
    assert refusal(Standing(Role.SENIOR, None), act, NOON) is None
