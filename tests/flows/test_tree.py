"""What a screen reader finds on the pages of the walk, in its order: roles, names and levels, as golden text.

A list may hold more than is named here, as others may have rooms open too; where `/children: equal` stands, none may.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.flows import door, talk
from tests.flows.chromium import Visitor
from tests.flows.stack import Stoa

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.timeout(240)]
Visit = Callable[..., Visitor]
OAKS = {"topic": "Oaks, mostly", "language": "en"}
LISTENER = """
- main:
  - region "Trees":
    - heading "Trees" [level=1]
    - region "Stage":
      - heading "Stage" [level=2]
      - list:
        - listitem:
          - button /Alice, on stage, Host/
    - region "Raised hands":
      - heading "Raised hands" [level=2]
    - region /Audience/:
      - heading /Audience/ [level=2]
      - list "Audience":
        - listitem:
          - button "Carol"
    - toolbar "Your controls":
      - /children: equal
      - button "Leave quietly"
      - button "Raise hand"
      - button "React"
      - button "More"
"""
HOST = """
- main:
  - region "Trees":
    - heading "Trees" [level=1]
    - paragraph:
      - text: Live
      - time: /\\d+:\\d+/
      - text: 1 listening
    - button "Share"
    - region "Stage":
      - /children: equal
      - heading "Stage" [level=2]
      - list:
        - /children: equal
        - listitem:
          - button "Alice, on stage, You, Host, Muted"
    - region "Raised hands 1":
      - /children: equal
      - heading "Raised hands 1" [level=2]
      - list:
        - /children: equal
        - listitem:
          - /children: equal
          - button "Carol, hand raised, number 1"
          - button "Invite Carol to speak"
    - region "Audience":
      - heading "Audience" [level=2]
    - toolbar "Your controls":
      - /children: equal
      - button "Leave quietly"
      - button "Turn mic on"
      - button "React"
      - button "More"
"""
SPEAKER = """
- main:
  - region "Trees":
    - region "Stage 2":
      - /children: equal
      - heading "Stage 2" [level=2]
      - list:
        - /children: equal
        - listitem:
          - button "Alice, on stage, Host, Muted"
        - listitem:
          - button "Bob, on stage, You%(muted)s"
    - toolbar "Your controls":
      - /children: equal
      - button "Leave quietly"
      - button "%(microphone)s"
      - button "React"
      - button "More"
"""
HALLWAY = """
- main:
  - heading "Hallway" [level=1]
  - link "Open a room"
  - search:
    - /children: equal
    - text: Search rooms and people
    - searchbox "Search rooms and people"
    - button "Search"
  - region "Live now":
    - heading "Live now" [level=2]
    - list:
      - listitem:
        - /children: equal
        - heading "Trees" [level=3]:
          - link "Trees"
        - paragraph: Oaks, mostly
        - paragraph: Live English
        - paragraph: Alice
        - paragraph: 0 listening
  - navigation "Also here":
    - link "Past rooms"
"""
CODE = """
- main:
  - /children: equal
  - heading "Come in" [level=1]
  - paragraph: /Stoa is open to people with an invite code/
  - text: /Invite code/
  - textbox "Invite code"
  - button "Continue"
  - paragraph:
    - link "Sign in"
"""
NAME = """
- main:
  - /children: equal
  - paragraph:
    - link "Back"
    - text: Step 1 of 4
  - heading "What should people call you?" [level=1]
  - text: /Everybody in a room sees this name/
  - textbox "What should people call you?"
  - button "Continue"
"""
KEYS = """
- main:
  - /children: equal
  - paragraph:
    - link "Back"
    - text: Step 2 of 4
  - heading "How will you sign in?" [level=1]
  - paragraph:
    - text: Your user name theo
    - link "Choose another"
  - form "How will you sign in?":
    - /children: equal
    - text: /Choose a password At least 10 characters/
    - textbox "Choose a password"
    - 'button "Show: Choose a password"'
    - button "Continue"
"""
USER_NAME = """
- main:
  - /children: equal
  - paragraph:
    - link "Back"
    - text: Step 2 of 4
  - heading "Choose a user name" [level=1]
  - text: /You sign in with it/
  - textbox "Choose a user name": theo
  - button "Continue"
"""
NOTICE = """
- main:
  - paragraph:
    - link "Back"
    - text: Step 3 of 4
  - heading "What applies here" [level=1]
  - button "I accept this, let me in"
"""
SOUND = """
- main:
  - /children: equal
  - paragraph:
    - link "Back"
    - text: Step 4 of 4
  - heading "Do you hear this?" [level=1]
  - paragraph: /Tap to hear a short tone/
  - button "Play a tone"
  - status
  - region "Do you want to speak, too?":
    - heading "Do you want to speak, too?" [level=2]
    - paragraph
    - button "Try my microphone"
    - status
  - link "I am ready"
"""

HALLWAY_IN_CHINESE = """
- main:
  - heading "大厅" [level=1]
  - search:
    - searchbox "搜索房间和人"
    - button "搜索"
  - region "正在进行":
    - heading "正在进行" [level=2]
    - list:
      - listitem:
        - /children: equal
        - heading "Trees" [level=3]:
          - link "Trees"
        - paragraph: Oaks, mostly
        - paragraph: 进行中 English
        - paragraph: Alice
        - paragraph: 0 人在听
"""
BEFORE_IN_CHINESE = """
- main:
  - heading "Trees" [level=1]
  - paragraph: /主持人：Alice/
  - button "进来听"
"""
LISTENER_IN_CHINESE = """
- main:
  - region "Trees":
    - heading "Trees" [level=1]
    - region "台上":
      - list:
        - listitem:
          - button "Alice，在台上，主持人，已静音"
    - region "举手"
    - region /听众/:
      - list "听众":
        - listitem:
          - button "Carol"
    - toolbar "您的操作":
      - /children: equal
      - button "悄悄离开"
      - button "举手"
      - button "表情"
      - button "更多"
"""


def test_the_room_says_where_what_is_to_its_listener_and_to_its_host(visit: Visit, stoa: Stoa) -> None:
    room, alice = talk.hosted(visit, stoa, "Trees")
    carol = visit("carol")
    talk.enter(carol, room)
    reads(carol.page, LISTENER)
    talk.raise_hand(carol)
    reads(alice.page, HOST)


def test_the_stage_says_to_whoever_speaks_whether_they_are_heard(visit: Visit, stoa: Stoa) -> None:
    room, alice = talk.hosted(visit, stoa, "Trees")
    bob = visit("bob")
    talk.enter(bob, room)
    talk.bring_on_stage(alice, bob)
    reads(bob.page, SPEAKER % {"muted": "", "microphone": "You are heard Mute"})
    talk.dock(bob, "You are heard").click()
    reads(bob.page, SPEAKER % {"muted": ", Muted", "microphone": "You are muted Unmute"})


def test_in_chinese_the_way_into_a_room_is_said_as_it_is_in_english(visit: Visit, stoa: Stoa) -> None:
    room, _ = talk.hosted(visit, stoa, "Trees", **OAKS)
    carol = visit("carol", locale="zh-CN")
    page = carol.page
    page.goto("/?q=trees")
    reads(page, HALLWAY_IN_CHINESE)
    page.locator(f"#card-{room} a").click()
    reads(page, BEFORE_IN_CHINESE)
    page.get_by_role("button", name="进来听").click()
    talk.connected(carol)
    reads(page, LISTENER_IN_CHINESE)
    page.get_by_role("toolbar").get_by_role("button", name="举手").click()
    expect(page.get_by_role("toolbar").get_by_role("button", name="放下手 排在第 1 位")).to_be_visible()


def test_the_hallway_says_which_rooms_there_are(visit: Visit, stoa: Stoa) -> None:
    talk.hosted(visit, stoa, "Trees", **OAKS)
    page = visit("carol").page
    page.goto("/?q=trees")
    reads(page, HALLWAY)


def test_each_screen_on_the_way_in_says_its_one_question(visit: Visit, stoa: Stoa) -> None:
    page = visit().page
    page.goto("/join/")
    reads(page, CODE)
    page.goto(stoa.manage("create_invite").strip())
    reads(page, NAME)
    page.keyboard.type("Theo")
    page.keyboard.press("Enter")
    reads(page, KEYS)
    page.get_by_role("link", name="Choose another").click()
    reads(page, USER_NAME)
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Choose a password").fill(door.PASSWORD)
    page.keyboard.press("Enter")
    reads(page, NOTICE)
    page.get_by_role("button", name="I accept this, let me in").click()
    reads(page, SOUND)


def reads(page: Page, tree: str) -> None:
    """Nothing, once the page's accessibility tree has this."""
    expect(page.locator("body")).to_match_aria_snapshot(tree)
