"""Passkeys as browsers send them: made, and used to sign in. Whatever is sent is a passkey or refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as base
from allauth.mfa.webauthn.internal import auth
from cryptography.exceptions import InvalidSignature
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import throttle
from accounts.adapter import begin
from accounts.models import User
from moderation.audit.record import record, record_refusal
from moderation.audit.source import Source

LONGEST = 20_000  # characters; a passkey with an attestation takes about 2,000
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, InvalidSignature)


@contextmanager
def readable() -> Iterator[None]:
    """Within it, everything fido2 raises over what it was sent is a `ValidationError`."""
    try:
        yield
    except _UNREADABLE as error:
        raise ValidationError(_("This passkey cannot be read. Please try again."), code="unreadable") from error


class CredentialField(forms.JSONField):
    """What the browser says of a passkey, in JSON."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        """The value that the JSON stands for."""
        if isinstance(value, str) and len(value) > LONGEST:
            raise ValidationError(_("This passkey cannot be read. Please try again."), code="unreadable")
        return super().to_python(value)


class PasskeyForm(forms.Form):
    """A passkey just made, for somebody who has no account yet."""

    credential = CredentialField()

    def clean_credential(self) -> dict[str, Any]:
        """The credential as the browser sent it, once its answer to our challenge holds."""
        credential: dict[str, Any] = self.cleaned_data["credential"]
        with readable():
            auth.parse_registration_response(credential)
            verified = auth.complete_registration(credential).is_user_verified()
        if not verified:
            raise ValidationError(_("The passkey did not check that it is you."), code="unverified")
        return credential


class AddForm(base.AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A further passkey, for a member."""

    credential = CredentialField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")

    def clean(self) -> dict[str, Any]:
        """The form's data, once the passkey's answer to our challenge holds."""
        with readable():
            data: dict[str, Any] = super().clean()
        return data


class EditForm(base.EditWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")

    def save(self) -> Authenticator:
        """The passkey, renamed; the entry does not say how."""
        passkey: Authenticator = super().save()
        uid = passkey.user.uid
        source = Source.of_request(context.request)
        record("account.factor_rename", source=source, actor=uid, object_type="user", object_id=uid)
        return passkey


class _Recorded:
    """A passkey that does not hold is recorded."""

    user: User | None
    cleaned_data: dict[str, Any]

    def clean_credential(self) -> Authenticator:
        """The passkey, if its answer to our challenge holds."""
        try:
            with readable():
                return self.hold()
        except ValidationError:
            uid = self.user.uid if self.user else ""
            source = Source.of_request(context.request)
            record_refusal(
                "account.second_factor", source=source, object_type="user", object_id=uid, reason="wrong_webauthn"
            )
            raise

    def hold(self) -> Authenticator:
        """The passkey; raises `ValidationError`, and whatever fido2 makes of nonsense."""
        return super().clean_credential()  # type: ignore[misc]  # the form it is mixed into


class AuthenticateForm(_Recorded, base.AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A passkey as second factor at sign-in."""

    credential = CredentialField()


class ReauthenticateForm(_Recorded, base.ReauthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A passkey before a change."""

    credential = CredentialField()


class LoginForm(_Recorded, base.LoginWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """Signing in by passkey alone; whose it is, the passkey says by `uid`."""

    credential = CredentialField()

    def hold(self) -> Authenticator:
        """The passkey of whoever it names."""
        counted = (throttle.WRONG_PASSKEYS, throttle.network(Source.of_request(context.request).address))
        begin(context.request, "account.second_factor", counted)
        credential = self.cleaned_data["credential"]
        response = auth.parse_authentication_response(credential).response
        self.user = User.objects.filter(uid=(response.user_handle or b"").hex()).first()
        passkey: Authenticator = auth.complete_authentication(self.user or User(), credential)
        throttle.forgive(counted)
        return passkey
