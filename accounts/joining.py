"""The screens of onboarding: one question on each, Back works, nothing is typed twice."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, login_required
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import actions, codes, hints, invites, notice, strangers, throttle, usernames
from accounts.answers import safe_next, throttled
from accounts.forms import CodeForm, NameForm, PasswordForm, UserNameForm
from accounts.models import InviteCode, Lever, Purpose, User
from accounts.onboarding import Answers, Step
from accounts.passkeys import PasskeyForm
from accounts.switches import pulled
from accounts.templatetags.sentences import joined
from moderation.audit.record import record_refusal
from moderation.audit.source import Source

_BARRED = "barred_device"  # somebody who is suspended was signed in with this browser


@login_not_required
@never_cache
@throttled
def door(request: HttpRequest, code: str = "") -> HttpResponseBase:
    """The code field; a code in the link or typed begins onboarding."""
    if request.user.is_authenticated:
        return render(request, "accounts/join/signed_in.html")
    typed = request.POST.get("code", "") if request.method == "POST" else code
    if not typed:
        return _ask_code(request, CodeForm())
    form = CodeForm({"code": typed})
    if form.is_valid() and _admit(request, form):
        return redirect("join_step", Step.NAME)
    return _ask_code(request, form, HTTPStatus.NOT_FOUND)


def _ask_code(request: HttpRequest, form: CodeForm, status: int = HTTPStatus.OK, alert: str = "") -> HttpResponse:
    begun = not form.is_bound and Answers.of(request) is not None
    if begun:
        form.fields["code"].widget.attrs.pop("autofocus")  # a phone's keyboard would cover the way on
    context = {"form": form, "alert": alert, "begun": begun, "next": safe_next(request, "")}
    return render(request, "accounts/join/code.html", context, status=status)


def _admit(request: HttpRequest, form: CodeForm) -> bool:
    """Whether the code opens the door; if not, the form says so: the same for every code that is one."""
    source = Source.of_request(request)
    counted = (throttle.WRONG_CODES, throttle.network(source.address))
    _count(source, counted)
    try:
        digest = codes.digest_of(invites.normalise(form.cleaned_data["code"]))
    except invites.Refused as refused:
        _refuse(source, refused.code)
        form.add_error("code", _mistyped(refused.code))
        return False
    invite, now = codes.find(digest), timezone.now()
    barred = hints.barred(request, now)  # whatever the code is, after the same work
    refusal = codes.refusal(invite, now) or (_BARRED if barred and invite and invite.purpose != Purpose.RESET else None)
    if invite is None or refusal is not None:
        _refuse(source, refusal, invite)
        form.add_error("code", shut())
        return False
    throttle.forgive(counted)
    if _frozen(invite.purpose):
        _refuse(source, actions.Code.FROZEN, invite)
        form.add_error("code", frozen())
        return False
    Answers.begin(invite, safe_next(request, "")).keep(request)
    return True


def _count(source: Source, counted: throttle.Try) -> None:
    try:
        throttle.begin(counted)
    except throttle.TooMany:
        strangers.note("invite.redeem", source, "too_many")
        raise


def _refuse(source: Source, reason: str | None, invite: InviteCode | None = None) -> None:
    uid = invite.uid if invite else ""
    record_refusal("invite.redeem", source=source, reason=reason or "", object_type="invite", object_id=uid)


def _frozen(purpose: str) -> bool:
    return purpose == Purpose.JOIN and pulled(Lever.INVITES) is not None


def frozen() -> str:
    """What is read about a good code while nobody new comes in, with what the staff says of it."""
    switch = pulled(Lever.INVITES)
    words = _("Nobody new can come in at the moment. Your code stays good: please try again later.")
    return joined(f"{words} {switch.note if switch else ''}".strip())


def _mistyped(code: invites.Code) -> str:
    if code is invites.Code.MISTYPED:
        return _("One character is not right. Please compare the code with what you were given.")
    return _("This is not a whole code: it has 17 letters and digits, and neither 0, 1, I, L nor O.")


def shut() -> str:
    """What a stranger reads about a code that does not open the door, whatever became of it."""
    return _("This code does not open the door. It may be used up or no longer valid: please ask for a new one.")


@login_not_required
@never_cache
@sensitive_post_parameters("password", "credential")
def step(request: HttpRequest, name: str) -> HttpResponseBase:
    """One screen of onboarding; screens that are not theirs, or too far ahead, lead to the one they have reached."""
    answers = Answers.of(request)
    if isinstance(request.user, User):
        return _accepted(request, request.user, name)
    if answers is None:
        return redirect("join")
    if not answers.may_see(name):
        return redirect("join_step", answers.reached())
    return _SCREENS[Step(name)](request, answers)


def _accepted(request: HttpRequest, user: User, name: str) -> HttpResponseBase:
    """The notice as the new member accepted it a step ago; what else was asked stands on their own page now."""
    here = notice.here()
    accepted = user.acceptances.filter(digest=here.digest).exists()
    if name != Step.NOTICE or request.method == "POST" or not accepted:
        return redirect("join")
    language, sections = here.read_in(get_language() or "")
    shown = {"notice": here, "language": language, "sections": sections, "accepted": True}
    place = {"back": reverse("me"), "number": 3, "total": 4, "onwards": _with_next(request, "join_sound")}
    return render(request, "accounts/join/notice.html", shown | place)


def _with_next(request: HttpRequest, view: str, *args: str) -> str:
    """The address of this page of onboarding, which leads to where they came for."""
    following = safe_next(request, "")
    return reverse(view, args=args) + (f"?{urlencode({'next': following})}" if following else "")


def _screen(request: HttpRequest, answers: Answers, step: Step, context: dict[str, Any]) -> HttpResponse:
    path = answers.path()
    number = path.index(Step.KEYS if step is Step.USER_NAME else step) + 1  # a part of how one signs in
    back = reverse("join_step", args=[path[number - 2]]) if number > 1 else reverse("join")
    total = len(path) + (answers.purpose != Purpose.RESET)  # newcomers hear a tone at the end
    place = {"back": back, "number": number, "total": total, "answers": answers}
    return render(request, f"accounts/join/{step.replace('-', '_')}.html", context | place)


def _onwards(request: HttpRequest, answers: Answers, step: Step) -> HttpResponseBase:
    answers.keep(request)
    return redirect("join_step", step)


def _name(request: HttpRequest, answers: Answers) -> HttpResponseBase:
    """What people call them, from which a user name is suggested unless there is one already."""
    form = NameForm(request.POST or None, initial={"display_name": answers.display_name})
    if not form.is_valid():
        return _screen(request, answers, Step.NAME, {"form": form})
    name = form.cleaned_data["display_name"]
    if name != answers.display_name and not (answers.username_given or answers.username_own):
        answers.username = usernames.suggest(name)
    answers.display_name = name
    return _onwards(request, answers, Step.KEYS if answers.username else Step.USER_NAME)


def _user_name(request: HttpRequest, answers: Answers) -> HttpResponseBase:
    """Another user name than the suggested one."""
    form = UserNameForm(request.POST or None, initial={"username": answers.username})
    if not form.is_valid():
        return _screen(request, answers, Step.USER_NAME, {"form": form})
    answers.username, answers.username_own = form.cleaned_data["username"], True
    return _onwards(request, answers, Step.KEYS)


def _keys(request: HttpRequest, answers: Answers) -> HttpResponseBase:
    """A password or a passkey; the last one chosen counts."""
    passkey = PasskeyForm(request.POST if "credential" in request.POST else None)
    typed = request.POST if "password" in request.POST else None
    password = PasswordForm(typed, user=answers.person(), chosen=answers.has_keys())
    if passkey.is_valid():
        answers.password, answers.passkey = "", passkey.cleaned_data["credential"]
    elif password.is_valid() and password.cleaned_data["password"]:
        answers.password, answers.passkey = make_password(password.cleaned_data["password"]), None
    elif not password.is_valid():
        options = auth.begin_registration(answers.person(), passwordless=True)
        context = {"form": password, "passkey": passkey, "js_data": {"creation_options": options}}
        return _screen(request, answers, Step.KEYS, context)
    if answers.purpose == Purpose.RESET:
        return _replace_keys(request, answers)
    return _onwards(request, answers, Step.NOTICE)


def _replace_keys(request: HttpRequest, answers: Answers) -> HttpResponseBase:
    """The end of a reset: every other way in is gone, and they sign in by the new one."""
    source = Source.of_request(request)
    Answers.forget(request)
    try:
        actions.replace_keys(answers.digest, answers.keys(), now=timezone.now(), source=source)
    except invites.Refused as refused:
        return _turn_away(request, refused.code, source)
    messages.success(request, _("Done. Please sign in."))
    return redirect("account_login")


def _notice(request: HttpRequest, answers: Answers) -> HttpResponseBase:
    here = notice.here()
    language, sections = here.read_in(get_language() or "")
    if request.method != "POST":
        context = {"notice": here, "language": language, "sections": sections}
        return _screen(request, answers, Step.NOTICE, context)
    newcomer = actions.Newcomer(answers.uid, answers.username, answers.display_name, language, answers.keys())
    source, now = Source.of_request(request), timezone.now()
    if hints.barred(request, now):
        Answers.forget(request)
        return _turn_away(request, _BARRED, source)
    try:
        user = actions.join(answers.digest, newcomer, here, now=now, source=source)
    except invites.Refused as refused:
        Answers.forget(request)
        return _turn_away(request, refused.code, source)
    except actions.Refused as refused:
        return _choose_again(request, answers, refused.code, source)
    Answers.forget(request)
    return _welcome(request, user, answers)


def _turn_away(request: HttpRequest, reason: str, source: Source) -> HttpResponse:
    """Back at the code field: the code was good when they began, and is not any more."""
    _refuse(source, reason)
    return _ask_code(request, CodeForm(), HTTPStatus.NOT_FOUND, alert=shut())


def _choose_again(request: HttpRequest, answers: Answers, reason: str, source: Source) -> HttpResponseBase:
    """Somebody else took the user name meanwhile; one the operator chose cannot be chosen again.

    Where nobody new comes in at the moment, what they answered is kept.
    """
    record_refusal("account.create", source=source, reason=reason)
    if reason == actions.Code.FROZEN:
        return _ask_code(request, CodeForm(), HTTPStatus.FORBIDDEN, alert=frozen())
    if answers.username_given or reason != actions.Code.TAKEN:
        Answers.forget(request)
        return _turn_away(request, reason, source)
    answers.username, answers.username_own = "", False
    answers.keep(request)
    messages.warning(request, _("Somebody has just taken this user name. Please choose another."))
    return redirect("join_step", Step.USER_NAME)


def _welcome(request: HttpRequest, user: User, answers: Answers) -> HttpResponseBase:
    """Sign the new member in by the key they just made, and on to the sound check."""
    if answers.passkey:
        made = Authenticator.objects.get(user=user, type=Authenticator.Type.WEBAUTHN)
        record_authentication(request, user, "mfa", id=made.pk, type=made.type, passwordless=True)
    else:
        record_authentication(request, user, "password", username=user.username)
    onwards = f"{reverse('join_sound')}?{urlencode({'next': answers.next})}" if answers.next else reverse("join_sound")
    response: HttpResponseBase = perform_login(request, Login(user=user, signup=True, redirect_url=onwards))
    return response


@login_required
def sound(request: HttpRequest) -> HttpResponse:
    """A short tone on tap, so that the first room is not the first test."""
    place = {"back": _with_next(request, "join_step", Step.NOTICE), "number": 4, "total": 4}
    context = {"next": safe_next(request, settings.LOGIN_REDIRECT_URL)}
    return render(request, "accounts/join/sound.html", context | place)


_SCREENS: dict[Step, Callable[[HttpRequest, Answers], HttpResponseBase]] = {
    Step.NAME: _name,
    Step.USER_NAME: _user_name,
    Step.KEYS: _keys,
    Step.NOTICE: _notice,
}
