"""What a password must be, said in words of ours where Django has none in every language."""

from django.contrib.auth.password_validation import MinimumLengthValidator as BaseMinimumLengthValidator
from django.utils.translation import gettext as _


class MinimumLengthValidator(BaseMinimumLengthValidator):
    """Long enough; Django's own words for one that is not stand in English on a Chinese page."""

    def get_error_message(self) -> str:
        """What is wrong; Django fills in the number."""
        return _("This has fewer than %(min_length)d characters.")
