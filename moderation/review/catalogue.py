"""Every control of the review: which items of the law it serves, how bad its failure is, what it answers elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Control:
    """One thing that is checked. `items` are those of Article 5; `asvs` and `iso` the requirements it answers."""

    severity: str
    items: tuple[int, ...] = ()
    asvs: tuple[str, ...] = ()
    iso: tuple[str, ...] = ()
    laws: tuple[str, ...] = ()


LOGS, IDENTITY, PRIVACY = ("csl.logs",), ("csl.identity",), ("pipl.51",)

CONTROLS: Mapping[str, Control] = MappingProxyType(
    {
        "staff.named": Control("major", (1,)),
        "staff.factor": Control("major", (1,)),
        "registration.kept": Control("major", (2,), laws=IDENTITY),
        "identity.verified": Control("major", (2,), laws=IDENTITY),
        "log.insert_only": Control("critical", (3,), ("16.4.2",), ("A.8.15.protected",), laws=LOGS),
        "log.sealed": Control("critical", (3,), ("16.4.2",), ("A.8.15.protected",), laws=LOGS),
        "log.heard": Control("major", (3,), (), ("A.8.15.protected",), laws=LOGS),
        "log.proved": Control("critical", (3,), ("16.4.2",), ("A.8.15.protected",), laws=LOGS),
        "log.witnessed": Control("major", (3,), ("16.4.3",), ("A.8.15.protected",), laws=LOGS),
        "log.streamed": Control("minor", (3,), ("16.2.4", "16.4.3"), ("A.8.15.protected",), laws=LOGS),
        "log.places": Control("minor", (3,), ("16.2.3",), ("A.8.15.stored",), laws=LOGS),
        "log.fields": Control("major", (3,), ("16.2.1",), ("A.8.15.produced",), laws=LOGS),
        "log.clocks": Control("major", (3,), ("16.2.2",), ("A.8.17",), laws=LOGS),
        "log.kept": Control("critical", (3,), ("16.1.1",), ("A.8.15.stored",), laws=LOGS),
        "log.events": Control("major", (3,), ("16.3.1", "16.3.2", "16.3.3"), ("A.8.15.produced",), laws=LOGS),
        "log.read": Control("minor", (3,), ("16.3.2",), ("A.8.15.analysed",), laws=LOGS),
        "words.screened": Control("major", (4,), ("16.3.3",)),
        "privacy.sealed": Control("critical", (5,), ("16.2.5",), ("A.8.15.protected",), laws=PRIVACY),
        "transport.encrypted": Control("critical", (5,), laws=PRIVACY),
        "audio.absent": Control("critical", (5,)),
        "passwords.hashed": Control("major", (5,), laws=PRIVACY),
        "tries.counted": Control("major", (5,), ("16.3.3", "17.3.1")),
        "rooms.braked": Control("major", (5,)),
        "errors.plain": Control("major", (5,), ("16.5.1", "16.5.4")),
        "errors.logged": Control("major", (3,), ("16.3.4",), ("A.8.15.produced",)),
        "complaints.taken": Control("major", (6,)),
        "lawful.two_people": Control("critical", (7, 8)),
    }
)

ITEMS: Mapping[int, tuple[str, ...]] = MappingProxyType(
    {
        1: ("officer", "reviewers"),
        2: ("identity",),
        3: (),
        4: ("content",),
        5: (),
        6: ("complaints",),
        7: ("cyberspace",),
        8: ("police",),
    }
)
"""What the operator states for each item of Article 5, beside what is measured."""

BASICS = ("provider", "scope", "hardware", "location", "licences")
"""What the operator states for the first part of Article 6."""

OTHER = "other"
TOPICS = (*BASICS, *(topic for topics in ITEMS.values() for topic in topics), OTHER)

ISO = ("A.8.15.produced", "A.8.15.stored", "A.8.15.protected", "A.8.15.analysed", "A.8.17")

TESTED: Mapping[str, str] = MappingProxyType(
    {
        "16.1.1": "tests/moderation/audit/test_docs.py",
        "16.2.4": "tests/golden",
        "16.4.1": "tests/moderation/attacks",
        "16.5.2": "tests/flows/test_kill.py",
        "16.5.3": "tests/moderation/goals",
        "17.2.1": "tests/rooms/sfu/test_main.py",
        "17.2.2": "tests/rooms/sfu/test_peer_ciphers.py",
        "17.2.3": "tests/rooms/sfu",
        "17.2.4": "tests/flows/test_hostile.py",
        "17.2.5": "tests/flows/test_hostile.py",
        "17.2.6": "tests/rooms/sfu/test_server_paths.py",
        "17.2.7": "tests/rooms/sfu/test_ring.py",
        "17.2.8": "tests/rooms/sfu",
        "17.3.2": "tests/rooms/test_api_fuzz.py",
    }
)
"""Requirements that no server can measure of itself while it runs, and the tests of the release that answer them."""

RELAYED = ("17.1.1", "17.1.2")
"""Requirements of a TURN server, which is another program: nothing here can look into one, and there may be none."""

V16 = (
    *("16.1.1", "16.2.1", "16.2.2", "16.2.3", "16.2.4", "16.2.5", "16.3.1", "16.3.2", "16.3.3", "16.3.4"),
    *("16.4.1", "16.4.2", "16.4.3", "16.5.1", "16.5.2", "16.5.3", "16.5.4"),
)
V17 = (
    *("17.1.1", "17.1.2", "17.2.1", "17.2.2", "17.2.3", "17.2.4", "17.2.5", "17.2.6", "17.2.7", "17.2.8"),
    *("17.3.1", "17.3.2"),
)
ASVS = (*V16, *V17)
