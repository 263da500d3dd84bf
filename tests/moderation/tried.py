"""Acts that are tried while no entry can be written, and then done; and which of them some test tries.

What is done in the console is held to say which entry of the log it is.
"""

import re
from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib.messages import get_messages
from django.test import Client
from django.urls import resolve

from accounts.models import User
from moderation.audit.models import Entry, Kind, Result
from tests.moderation.cast import at_console
from tests.moderation.unwritable import full, state
from tests.rooms.scenes import wire

MANNERS: dict[str, dict[str, Any]] = {"json": {"content_type": "application/json"}, "form": {}}
SILENT = {"console_listen"}
"""Acts of the console that answer with something else than a page: sound, or words."""
TRIED: set[str] = set()
"""The acts that some test tries."""
_seen: set[str] = set()


def tries(*acts: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The test, which fails unless it tried just these."""

    def declared(test: Callable[..., None]) -> Callable[..., None]:
        TRIED.update(acts)

        @wraps(test)
        def checked(*args: Any, **fixtures: Any) -> None:
            _seen.clear()
            test(*args, **fixtures)
            assert _seen == set(acts)

        return checked

    return declared


def act_of(method: str, path: str, fields: Mapping[str, object]) -> str:
    """What a request does: by the name of its page, by its method and place in the API, or by the move."""
    found = resolve(path)
    if found.route.endswith("/moves/"):
        return f"move {fields['move']}"
    return str(found.url_name or f"{method} {found.route.removeprefix('api/v1/')}")


def browser(user: User, *, staff: bool = False) -> Client:
    """The person's browser, with the second factor for those on the staff."""
    client = at_console(user, None, factor=staff)
    client.raise_request_exception = False
    return client


def tried(client: Client, path: str, action: str, *, method: str = "POST", **fields: object) -> None:
    """Nothing: without the log it is answered 503, changes nothing and tells nobody; with it, it is done and told."""
    _seen.add(act_of(method, path, fields))
    done = Entry.objects.filter(action=action, result=Result.OK)
    before, told = state(), done.count()
    with full(), wire() as caught:
        assert ask(client, method, path, fields) == HTTPStatus.SERVICE_UNAVAILABLE
    assert (state(), caught.parcels) == (before, [])
    answer = _asked(client, method, path, fields)
    assert answer.status_code in (200, 201, 204, 302)
    assert done.count() == told + 1
    if path.startswith("/console/") and act_of(method, path, fields) not in SILENT:
        assert _named(answer) in told_of(done.latest("pk"))


def told_of(one: Entry) -> set[int]:
    """The entries of the request that wrote this one, of what somebody did."""
    same = Entry.objects.filter(correlation=one.correlation, kind=Kind.PERSON, result=Result.OK)
    return set(same.exclude(action__in=("console.read", "push.send")).values_list("pk", flat=True))


def _named(answer: Any) -> int:
    """Which entry the next page says that it was."""
    *_, said = get_messages(answer.wsgi_request)
    found = re.search(r"It is entry (\d+) of the log\.", said.message)
    return int(found[1]) if found else 0


def ask(client: Client, method: str, path: str, fields: Mapping[str, object]) -> int:
    return int(_asked(client, method, path, fields).status_code)


def _asked(client: Client, method: str, path: str, fields: Mapping[str, object]) -> Any:
    how = MANNERS["json" if path.startswith("/api/") else "form"]
    answer = getattr(client, method.lower())(path, fields, **how)
    for _ in answer.streaming_content if answer.streaming else ():
        pass
    return answer
