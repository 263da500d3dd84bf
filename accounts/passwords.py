"""What a password must be, said in words of ours where Django has none in every language, and how it is hashed."""

from threading import BoundedSemaphore
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import MinimumLengthValidator as BaseMinimumLengthValidator
from django.utils.translation import gettext as _


class MinimumLengthValidator(BaseMinimumLengthValidator):
    """Long enough; Django's own words for one that is not stand in English on a Chinese page."""

    def get_error_message(self) -> str:
        """What is wrong; Django fills in the number."""
        return _("This has fewer than %(min_length)d characters.")


class Hasher(Argon2PasswordHasher):
    """Argon2, at most so many at once: each takes 100 MB, and a stranger's wrong passwords may come all together."""

    at_once = BoundedSemaphore(2)

    def encode(self, *args: Any, **kwargs: Any) -> str:
        """The hash of a password, once it is its turn."""
        with self.at_once:
            return super().encode(*args, **kwargs)

    def verify(self, *args: Any, **kwargs: Any) -> bool:
        """Whether the password is that of the hash, once it is its turn."""
        with self.at_once:
            return super().verify(*args, **kwargs)
