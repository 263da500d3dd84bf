"""What somebody has answered so far, and which screen comes next."""

from dataclasses import replace

import pytest
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.test import RequestFactory

from accounts.models import Purpose
from accounts.onboarding import Answers, Step

EMPTY = Answers("digest", Purpose.JOIN, "00c0ffee00c0ffee", "", False, "", "")
KEYED = replace(EMPTY, display_name="Bob", username="bob", password="!hash")


@pytest.mark.parametrize(
    ("answers", "path"),
    [
        (EMPTY, [Step.NAME, Step.KEYS, Step.NOTICE]),
        (replace(EMPTY, purpose=Purpose.OWNER), [Step.NAME, Step.KEYS, Step.NOTICE]),
        (replace(EMPTY, username="bob", username_given=True), [Step.NAME, Step.KEYS, Step.NOTICE]),
        (replace(EMPTY, purpose=Purpose.RESET, username="bob", username_given=True), [Step.KEYS]),
    ],
)
def test_each_code_has_its_screens(answers: Answers, path: list[Step]) -> None:
    assert answers.path() == path


@pytest.mark.parametrize(
    ("answers", "step"),
    [
        (EMPTY, Step.NAME),
        (replace(EMPTY, display_name="Bob"), Step.USER_NAME),
        (replace(EMPTY, display_name="Bob", username="bob"), Step.KEYS),
        (replace(EMPTY, display_name="Bob", username="bob", username_given=True), Step.KEYS),
        (KEYED, Step.NOTICE),
        (replace(KEYED, password="", passkey={"id": "x"}), Step.NOTICE),
        (replace(KEYED, username=""), Step.USER_NAME),
        (replace(EMPTY, purpose=Purpose.RESET), Step.KEYS),
        (replace(KEYED, purpose=Purpose.RESET), Step.KEYS),
    ],
)
def test_the_screen_reached_is_the_first_without_an_answer(answers: Answers, step: Step) -> None:
    assert answers.reached() is step


@pytest.mark.parametrize(
    ("answers", "seen"),
    [
        (EMPTY, [Step.NAME]),
        (replace(EMPTY, display_name="Bob"), [Step.NAME, Step.USER_NAME]),
        (replace(EMPTY, display_name="Bob", username="bob"), [Step.NAME, Step.USER_NAME, Step.KEYS]),
        (replace(KEYED, username_given=True), [Step.NAME, Step.KEYS, Step.NOTICE]),
        (KEYED, [Step.NAME, Step.USER_NAME, Step.KEYS, Step.NOTICE]),
        (replace(KEYED, purpose=Purpose.RESET, username_given=True), [Step.KEYS]),
    ],
)
def test_the_screens_up_to_the_one_reached_can_be_seen(answers: Answers, seen: list[Step]) -> None:
    assert [step for step in Step if answers.may_see(step)] == seen
    assert not answers.may_see("elsewhere")


def test_answers_live_in_the_session_and_nowhere_else() -> None:
    request = RequestFactory().get("/")
    request.session = SessionStore()
    assert Answers.of(request) is None
    KEYED.keep(request)
    assert Answers.of(request) == KEYED
    Answers.forget(request)
    Answers.forget(request)
    assert Answers.of(request) is None


def test_the_person_is_not_stored_and_bears_the_uid_chosen_at_the_start() -> None:
    person = KEYED.person()
    assert person._state.adding
    assert (person.uid, person.username) == (KEYED.uid, "bob")
