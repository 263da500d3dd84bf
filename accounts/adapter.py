"""How allauth is bent to this house: sign-up closed, tries counted in our throttle, acts recorded in our log."""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_lazy

from accounts import hints, notice, qr, standing, strangers, throttle
from accounts.actions import push
from accounts.actions.standing import bar_device
from accounts.answers import is_ours, speak, too_many, unavailable
from accounts.models import Acceptance, User
from moderation.audit.record import record, record_refusal
from moderation.audit.source import Source


def tries(request: HttpRequest, username: str) -> tuple[throttle.Try, throttle.Try]:
    """What a password is counted under: where it comes from, and whose it is said to be."""
    address = throttle.network(Source.of_request(request).address)
    return (throttle.WRONG_PASSWORDS_FROM, address), (throttle.WRONG_PASSWORDS_FOR, username.lower())


def begin(request: HttpRequest, action: str, *counted: throttle.Try) -> None:
    """Count a try from inside allauth; where it is one too many, end the request there and record it."""
    try:
        throttle.begin(*counted)
    except throttle.TooMany as error:
        strangers.note(action, Source.of_request(request), "too_many")
        raise ImmediateHttpResponse(too_many(request, error.wait)) from error
    except throttle.Unavailable as error:
        raise ImmediateHttpResponse(unavailable(request)) from error


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts without e-mail and without sign-up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": gettext_lazy("User name or password is not correct. Please try again."),
        "incorrect_password": gettext_lazy("This password is not correct. Please try again."),
        "enter_current_password": gettext_lazy("This password is not correct. Please try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # allauth's signature
        """Never: `accounts.onboarding` is the one way in, and it does not come by here."""
        return False

    def new_user(self, request: HttpRequest) -> User:
        """Nobody: a sign-up form that got this far is refused."""
        record_refusal("account.create", source=Source.of_request(request), reason="sign_up_closed")
        raise PermissionDenied

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:  # noqa: ARG002  # allauth's
        """Nobody, like `new_user`."""
        return self.new_user(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try before the password is looked at."""
        begin(request, "account.sign_in", *tries(request, credentials.get("username", "")))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The user whose password this is; a right one is not counted."""
        user: User | None = super().authenticate(request, **credentials)
        if user:
            throttle.forgive(*tries(request, credentials.get("username", "")))
        return user

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in and record it, or neither."""
        with transaction.atomic():
            super().login(request, user)

    def logout(self, request: HttpRequest) -> None:
        """Sign out and record it, or neither."""
        with transaction.atomic():
            super().logout(request)

    def post_login(self, request: HttpRequest, user: User, **hooks: Any) -> HttpResponseBase:
        """The way on, past what applies here if its text is new to them; in their own language.

        The browser is known again from now on, and barred where the person is suspended: see `hints`.
        """
        response: HttpResponse = super().post_login(request, user, **hooks)
        if not Acceptance.objects.filter(user=user, digest=notice.here().digest).exists():
            response = redirect(f"{reverse('privacy')}?{urlencode({'next': response['Location']})}")
        if user.language:
            speak(response, user.language)
        digest = hints.mark(request, response)
        if digest and standing.suspended(user, timezone.now()):
            bar_device(user, digest, source=Source.of_request(request))
        return response

    def set_password(self, user: User, password: str) -> None:
        """Change the password and record it, or neither. Nothing else is written: `user` was read before the hashing.

        A suspension, or the end of the account, that came meanwhile would be undone by a whole row.
        """
        source = Source.of_request(context.request)
        user.set_password(password)  # before the transaction: it waits for its turn, and with SQLite nobody else writes
        with transaction.atomic():
            user.save(update_fields=["password"])
            push.forget_person(user)
            record("account.password", source=source, actor=user.uid, object_type="user", object_id=user.uid)

    def is_safe_url(self, url: str | None) -> bool:
        """Whether the address is one of this host: of allauth's own, a link may lead on to the reader's machine."""
        return is_ours(context.request, url)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address the log has."""
        return Source.of_request(request).address

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Nothing: Stoa has no e-mail addresses and sends none."""


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Second factors and passkeys: secrets sealed, people known by their uid."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("This code is not correct. Please try again."),
    }

    def encrypt(self, text: str) -> str:
        """The secret as it is stored."""
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again. Raises `cryptography.fernet.InvalidToken` after `SECRET_KEY` changed."""
        return _seal().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        """The QR code for an authenticator app."""
        return qr.draw(url)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002, ARG002  # allauth's
        """What a passkey is called until its owner calls it something else."""
        return gettext("Passkey")

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """Whose passkey it is, for the authenticator: `uid`, which is also there before the account is."""
        return {"id": bytes.fromhex(user.uid), "display_name": user.display_name, "name": user.username}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Who asks: this host."""
        return {"id": context.request.get_host().partition(":")[0], "name": "Stoa"}


def _seal() -> Fernet:
    key = hashlib.sha256(b"stoa.accounts.secrets" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
