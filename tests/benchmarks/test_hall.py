import re
from itertools import islice
from pathlib import Path

from benchmarks import hall
from rooms.protocol import fold

PROTOCOL = Path(__file__).parents[2] / "docs/protocol.md"


def test_the_made_up_welcome_has_all_that_the_socket_s_own_has() -> None:
    row = re.search(r"^\| `welcome` \| (.*?) \|", PROTOCOL.read_text(encoding="utf-8"), re.MULTILINE)
    assert row
    assert hall.welcome("abc").keys() == {"type", *re.findall(r"`(\w+)`", row[1])}


def test_what_the_made_up_room_says_folds_without_a_gap() -> None:
    snapshot = hall.welcome("abc")["snapshot"]
    for second in islice(hall.seconds(quiet=10), 30):
        for message in second:
            if "seq" in message:
                assert message["seq"] == snapshot["seq"] + 1
                snapshot = fold(snapshot, message)
    assert sum(member["stage"] == "speaking" for member in snapshot["members"]) == hall.ON_STAGE


def test_the_audience_is_given_page_by_page_to_its_end() -> None:
    numbers, after = [], ""
    while True:
        page = hall.audience(after)
        numbers += [person["number"] for person in page["results"]]
        after = page["next"]
        if after is None:
            break
    assert numbers == list(range(hall.ON_STAGE + 1, hall.ON_STAGE + hall.LISTENING + 1))
