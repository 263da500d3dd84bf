"""The page of oneself: one page, each of its sections with an address of its own to send its form to."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import actions, avatars, devices, throttle
from accounts.answers import speak, throttled
from accounts.forms import NotificationsForm, PictureForm, ProfileForm
from accounts.models import Block, Theme, User
from accounts.views import member
from moderation.audit.record import record_refusal
from moderation.audit.source import Source

PICTURES = throttle.Rule("picture.account", limit=20, per=3600)
YEAR = 365 * 24 * 3600


@login_required
@never_cache
@throttled
def page(request: HttpRequest) -> HttpResponseBase:
    """Everything about oneself; a POST changes the profile."""
    if request.method != "POST":
        return _page(request)
    user = member(request)
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _page(request, profile=form)
    throttle.begin((throttle.CHANGES, user.uid))
    actions.change_profile(user, source=Source.of_request(request), **form.cleaned_data)
    response = _saved(request, "profile")
    speak(response, user.language)
    return response


@login_required
@require_POST
@throttled
def picture(request: HttpRequest) -> HttpResponseBase:
    """Another picture of oneself, or none."""
    user, source = member(request), Source.of_request(request)
    if "remove" in request.POST:
        actions.change_picture(user, b"", source=source)
        return _saved(request, "profile")
    throttle.begin((PICTURES, user.uid))
    form = PictureForm(request.POST, request.FILES)
    if not form.is_valid():
        record_refusal("account.picture", source=source, actor=user.uid, reason=form.reason())
        return _page(request, picture=form)
    actions.change_picture(user, form.cleaned_data["picture"], source=source)
    return _saved(request, "profile")


@login_required
@require_POST
@throttled
def notifications(request: HttpRequest) -> HttpResponseBase:
    """What one wants to hear of."""
    form = NotificationsForm(request.POST)
    form.is_valid()  # boxes are ticked or not; nothing can be wrong with them
    user = member(request)
    throttle.begin((throttle.CHANGES, user.uid))
    actions.change_profile(user, source=Source.of_request(request), **form.cleaned_data)
    return _saved(request, "notifications")


@login_required
@require_POST
def unblock(request: HttpRequest, uid: str) -> HttpResponseBase:
    """Take a block back."""
    actions.unblock(member(request), uid, source=Source.of_request(request))
    return _saved(request, "blocked", _("Unblocked."))


@login_required
@require_POST
def sign_out_elsewhere(request: HttpRequest) -> HttpResponseBase:
    """End every other session, and void one's room tokens."""
    actions.sign_out_elsewhere(member(request), request.session, source=Source.of_request(request))
    return _saved(request, "devices", _("You are signed out everywhere else."))


@login_required
def avatar(request: HttpRequest, uid: str, digest: str) -> HttpResponse:  # noqa: ARG001  # whoever is signed in may see it
    """Somebody's picture. Another picture has another address, so this one may be kept for long."""
    found = avatars.read(uid, digest)
    if found is None:
        raise Http404
    response = HttpResponse(found, content_type="image/webp")
    response["Cache-Control"] = f"private, max-age={YEAR}, immutable"
    return response


@login_required
def section(request: HttpRequest, name: str) -> HttpResponseBase:  # noqa: ARG001  # a view's signature
    """Where allauth has a page of its own, the section of ours in its place."""
    return redirect(f"{reverse('me')}#{name}")


def _saved(request: HttpRequest, part: str, words: str = "") -> HttpResponse:
    messages.success(request, words or _("Saved."), extra_tags=part)
    return redirect(f"{reverse('me')}#{part}")


def _page(
    request: HttpRequest, profile: ProfileForm | None = None, picture: PictureForm | None = None
) -> HttpResponseBase:
    user = member(request)
    context = {
        "profile": profile or ProfileForm(initial=_now(user, ProfileForm)),
        "picture": picture or PictureForm(),
        "notifications": NotificationsForm(initial=_now(user, NotificationsForm)),
        "devices": _devices(user),
        "blocks": Block.objects.filter(blocker=user).select_related("blocked").order_by("-created_at", "-pk"),
        "themes": Theme.choices,
        "said": {message.extra_tags or "ways": message for message in messages.get_messages(request)},
        **_ways(user),
    }
    return render(request, "accounts/me.html", context)


def _now(user: User, form: type[Form]) -> dict[str, Any]:
    """What the fields of the form are about, as it is now."""
    return {name: getattr(user, name) for name in form.base_fields}


def _ways(user: User) -> dict[str, Any]:
    """How they sign in: `passkeys`, whether by an `app`, and how many recovery codes are left, None without any."""
    ways = list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))
    codes = next((way for way in ways if way.type == Authenticator.Type.RECOVERY_CODES), None)
    return {
        "passkeys": [way for way in ways if way.type == Authenticator.Type.WEBAUTHN],
        "app": any(way.type == Authenticator.Type.TOTP for way in ways),
        "codes_left": len(RecoveryCodes(codes).get_unused_codes()) if codes else None,
    }


def _devices(user: User) -> list[dict[str, Any]]:
    """Where they are signed in: this session first, then the latest."""
    found = [
        {"session": session, "here": session.is_current(), "words": devices.describe(session.user_agent)}
        for session in UserSession.objects.purge_and_list(user)
    ]
    return sorted(found, key=lambda device: (not device["here"], -device["session"].created_at.timestamp()))
