"""How the cache's values stand in Redis."""

import json


class Json:
    """As JSON: Django's own would be pickled, and whoever can write there, any program that shares it, gave us code."""

    def dumps(self, value: object) -> bytes:
        """The value as it is stored; a number in a form that Redis can count with."""
        return json.dumps(value).encode()

    def loads(self, stored: bytes) -> object:
        """The value again."""
        value: object = json.loads(stored)
        return value
