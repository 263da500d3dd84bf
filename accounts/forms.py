"""What people fill in."""

import re
import unicodedata
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import avatars, words
from accounts.models import User

# Letters nobody confuses: ASCII, and Chinese characters. Compared without regard to case, stored in lower case.
_USERNAME = re.compile(r"[a-z0-9\u4e00-\u9fff][a-z0-9\u4e00-\u9fff_.-]{1,29}")

LONGEST = 60  # characters of a name; composing may add some, so it is looked at again afterwards
PASSWORD_HELP = _("At least 10 characters. Several words make a good one.")
WORDS = {
    words.Code.EMPTY: _("Please use letters that can be seen."),
    words.Code.HIDDEN: _("This contains characters that cannot be seen. Please type it again instead of pasting it."),
    words.Code.MARKS: _("This has too many marks on one letter."),
    words.Code.OFFICE: _("This could be taken for somebody who speaks for the server. Please choose another."),
    words.Code.LISTED: _("This contains a word that is not used here."),
}


def suitable(text: str, kind: words.Kind) -> str:
    """The text, tidied, if the word policy lets it pass; raises `ValidationError` with words for people."""
    tidied = words.tidy(text)
    if len(tidied) > LONGEST:
        raise ValidationError(_("This is too long."), code="too_long")
    try:
        words.check(tidied, kind)
    except words.Refused as refusal:
        raise ValidationError(WORDS[refusal.code], code=refusal.code) from refusal
    return tidied


class CodeForm(forms.Form):
    """An invite code, as people type and paste it."""

    code = forms.CharField(
        label=_("Invite code"),
        help_text=_("Capitals and dashes do not matter. You can also paste the whole link."),
        max_length=400,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "autofocus": True,
                "class": "code",
                "placeholder": "XXXX-XXXX-XXXX-XXXX-X",
            }
        ),
    )


class NameForm(forms.Form):
    """What others see."""

    display_name = forms.CharField(
        label=_("What should people call you?"),
        help_text=_("Everybody in a room sees this name. You can change it later."),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "autofocus": True}),
    )

    def clean_display_name(self) -> str:
        """The name, tidied."""
        return suitable(self.cleaned_data["display_name"], words.Kind.NAME)


class UserNameForm(forms.Form):
    """What they sign in with."""

    username = forms.CharField(
        label=_("Choose a user name"),
        help_text=_("You sign in with it, and hosts can invite you by it. Letters, digits, dot, dash and underscore."),
        max_length=30,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
        ),
    )

    def clean_username(self) -> str:
        """The user name in the form it is stored in, if nobody has it."""
        username = username_of(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError(_("Somebody has this user name already."), code="taken")
        return username


def username_of(text: str) -> str:
    """The user name in the form it is stored in; raises `ValidationError`."""
    username = unicodedata.normalize("NFKC", text).strip().lower()
    if not _USERNAME.fullmatch(username):
        raise ValidationError(
            _("A user name has 2 to 30 letters, digits, dots, dashes or underscores; a letter or digit comes first."),
            code="form",
        )
    return suitable(username, words.Kind.NAME)


class PasswordForm(forms.Form):
    """A password for somebody who has no account yet; left empty, the one chosen before stays."""

    password = forms.CharField(
        label=_("Choose a password"),
        help_text=PASSWORD_HELP,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),  # the page puts the focus
    )

    def __init__(self, *args: Any, user: User, chosen: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        field = self.fields["password"]
        field.required = not chosen
        if chosen:
            field.help_text = _("Leave this empty to keep what you chose.")

    def clean_password(self) -> str:
        """The password, if it is not short, common or close to their names."""
        password: str = self.cleaned_data["password"]
        if password:
            validate_password(password, self.user)
        return password


class ProfileForm(NameForm):
    """What one may change about oneself at any time."""

    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("As the browser asks")), *settings.LANGUAGES], required=False
    )
    ai_voice = forms.BooleanField(
        label=_("My voice is made by a machine"),
        help_text=_("Everybody in a room reads “AI voice” beside your name."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["display_name"]
        name.widget.attrs.pop("autofocus")
        name.label, name.help_text = _("Name"), _("Everybody in a room sees it.")


PICTURE_WORDS = {
    avatars.Code.TOO_LARGE: _("This file is too large: a picture may have up to 4 MB."),
    avatars.Code.TOO_MANY_PIXELS: _("This picture has too many pixels. Please send a smaller one."),
    avatars.Code.UNREADABLE: _("This could not be read as a picture. JPEG, PNG, WebP and GIF will do."),
}


class PictureForm(forms.Form):
    """A picture of oneself, whatever it is in; what comes out is a small square without anything but its pixels."""

    picture = forms.FileField(
        label=_("Choose a picture"),
        error_messages={"required": _("Choose a file first."), "empty": PICTURE_WORDS[avatars.Code.UNREADABLE]},
        widget=forms.FileInput(
            attrs={
                "accept": "image/jpeg,image/png,image/webp,image/gif",
                "class": "only-read",
                "aria-describedby": "id_picture_helptext",
            }
        ),
    )

    def clean_picture(self) -> bytes:
        """The picture, written anew."""
        try:
            return avatars.encode(self.cleaned_data["picture"].read())
        except avatars.Refused as refused:
            raise ValidationError(PICTURE_WORDS[refused.code], code=refused.code) from refused

    def reason(self) -> str:
        """Why it was refused, in a word."""
        return str(self.errors.as_data()["picture"][0].code)


class NotificationsForm(forms.Form):
    """What one wants to hear of."""

    notify_reminders = forms.BooleanField(label=_("A room I asked to be reminded of starts"), required=False)
    notify_openings = forms.BooleanField(label=_("Somebody I know opens a room"), required=False)


class IssueForm(forms.Form):
    """A new invite code."""

    uses = forms.IntegerField(label=_("For how many people?"), min_value=1, max_value=500, initial=1)
    days = forms.TypedChoiceField(
        label=_("For how long?"),
        choices=[(1, _("1 day")), (7, _("7 days")), (30, _("30 days"))],
        coerce=int,
        initial=7,
    )
