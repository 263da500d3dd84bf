"""RFC 8785: the one way to write a JSON value, so that whoever hashes it again gets the same bytes."""

from moderation.audit import verify

LARGEST = 2**53 - 1  # what every JSON reader keeps exactly


class CanonicalError(ValueError):
    """The caller's fault: the value has something that JSON readers disagree about, and `what` names it."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the log keeps nothing with {what}")
        self.what = what


def canonical(value: object) -> bytes:
    """The bytes of `value`: text, whole numbers, true, false, null, lists, and objects with text as keys.

    Raises `CanonicalError` for a fraction, a number beyond 2^53, half a surrogate pair, and every other kind of value.
    """
    _check(value)
    try:
        return verify.canonical(value).encode()
    except UnicodeEncodeError as error:
        raise CanonicalError("half a surrogate pair") from error


def _check(value: object) -> None:
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise CanonicalError("a number beyond 2^53")
    elif isinstance(value, list):
        for part in value:
            _check(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            if not isinstance(key, str):
                raise CanonicalError("a key that is no text")
            if type(part) is not str:  # most are, and a call for each cost as much as all the rest
                _check(part)
    else:
        raise CanonicalError(type(value).__name__)
