"""What is said of a browser."""

import pytest

from accounts.devices import describe

MOZILLA = "Mozilla/5.0 "
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"


@pytest.mark.parametrize(("user_agent", "words"), [
    (MOZILLA + "(X11; Linux x86_64) " + CHROME, ("Chrome", "Linux")),
    (MOZILLA + "(Windows NT 10.0; Win64; x64) " + CHROME + " Edg/142.0", ("Edge", "Windows")),
    (MOZILLA + "(Linux; Android 16; Pixel 9) " + CHROME.replace("Safari", "Mobile Safari"), ("Chrome", "Android")),
    (MOZILLA + "(iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1", ("Safari", "iPhone")),
    (MOZILLA + "(iPhone; CPU iPhone OS 19_0 like Mac OS X) CriOS/142.0 Mobile Safari/604.1", ("Chrome", "iPhone")),
    (MOZILLA + "(Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0", ("Firefox", "Mac")),
    ("curl/8.5", ("", "")),
    ("", ("", "")),
])  # fmt: skip
def test_a_browser_is_said_in_words_people_know(user_agent: str, words: tuple[str, str]) -> None:
    assert describe(user_agent) == words
