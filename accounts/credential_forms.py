"""What people show to be who they are, and change: allauth's forms of passwords and second factors, in our words."""

import unicodedata
from typing import Any

from allauth.account.forms import ChangePasswordForm as BaseChangePasswordForm
from allauth.account.forms import LoginForm as BaseLoginForm
from allauth.account.forms import ReauthenticateForm as BasePasswordAgainForm
from allauth.account.forms import SetPasswordForm as BaseSetPasswordForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm as BaseAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as BaseReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import throttle
from accounts.adapter import begin, tries
from accounts.forms import PASSWORD_HELP
from accounts.models import User


class LoginForm(BaseLoginForm):  # type: ignore[misc]  # allauth has no types
    """User name and password; `forgotten` is the link for those who have lost it, which stands behind both fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name")
        self.fields["login"].widget.attrs |= {"autofocus": True, "autocapitalize": "none", "spellcheck": "false"}
        self.forgotten = _forgotten(self)
        _plain(self)

    def clean_login(self) -> str:
        """The user name as it is stored; a malformed one is looked up all the same, and found by nobody."""
        return unicodedata.normalize("NFKC", self.cleaned_data["login"]).strip().lower()


class PasswordAgainForm(BasePasswordAgainForm):  # type: ignore[misc]  # allauth has no types
    """The password before a change; `forgotten` is the link for those who have lost it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.forgotten = _forgotten(self)
        _plain(self)


class ChangePasswordForm(BaseChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    """The old password, counted like one at the door, and the new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Current password")
        self.fields["password1"].label = _("New password")
        self.fields["password2"].label = _("New password again")
        self.fields["password1"].help_text = PASSWORD_HELP
        self.forgotten = _forgotten(self, "oldpassword")
        _plain(self)

    def clean_oldpassword(self) -> str:
        """The old password, if it is theirs."""
        counted = tries(context.request, self.user.username)
        begin(context.request, "account.password", *counted)
        password: str = super().clean_oldpassword()
        throttle.forgive(*counted)
        return password


class SetPasswordForm(BaseSetPasswordForm):  # type: ignore[misc]  # allauth has no types
    """A first password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = PASSWORD_HELP
        _plain(self)


def _forgotten(form: forms.Form, name: str = "password") -> Any:
    """The link that allauth puts between a password's label and its field, where it would be the first thing to tap."""
    field = form.fields[name]
    link, field.help_text = field.help_text, ""
    return link


def _plain(form: forms.Form) -> None:
    """Take out the placeholders that only say the labels again."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class _Code:
    """A code typed in, called as the pages call it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")  # type: ignore[attr-defined]  # of the form it is mixed into
        _plain(self)  # type: ignore[arg-type]  # likewise


class ActivateForm(_Code, ActivateTOTPForm):  # type: ignore[misc]  # allauth has no types
    """The first code of an authenticator app."""


class _CountedCode(_Code):
    """A second factor typed in: wrong ones are counted per person."""

    user: User

    def clean_code(self) -> str:
        """The code, if it is right."""
        counted = (throttle.WRONG_SECOND_FACTORS, self.user.uid)
        begin(context.request, "account.second_factor", counted)
        code: str = super().clean_code()  # type: ignore[misc]  # the form it is mixed into
        throttle.forgive(counted)
        return code


class AuthenticateForm(_CountedCode, BaseAuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """A second factor at sign-in."""


class ReauthenticateForm(_CountedCode, BaseReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    """A second factor before a change."""
