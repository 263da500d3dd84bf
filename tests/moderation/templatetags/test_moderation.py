"""What pages outside the console show of moderation."""

import pytest
from pytest_django.fixtures import Settings

from moderation.policies import REPORTED, Policy
from moderation.templatetags.moderation import reportable


@pytest.mark.parametrize(("profile", "ring"), [("standard", True), ("cn", True), ("private", False)])
def test_the_sheet_offers_every_reason_of_a_member_and_says_whether_speech_is_held(
    settings: Settings, profile: str, ring: bool
) -> None:
    settings.STOA_PROFILE = profile
    offered = reportable()
    assert offered["ring"] is ring
    assert [policy for policy, _ in offered["reasons"]] == [policy.value for policy in REPORTED]
    assert Policy.REPORTING not in dict(offered["reasons"])
