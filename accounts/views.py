"""A member's own pages besides `me`: the codes they gave out, and what applies here."""

from collections.abc import Callable
from http import HTTPStatus

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.account.views import PasswordSetView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from accounts import actions, notice, qr, strangers, throttle
from accounts.answers import safe_next, throttled
from accounts.forms import IssueForm
from accounts.models import InviteCode, Lever, Purpose, User
from accounts.switches import pulled
from accounts.tree import branch, places
from moderation.audit.record import record_refusal
from moderation.audit.source import Source

SHOWN, GENERATIONS = 50, 4
_WHY_NOT = {
    actions.Code.QUOTA: _lazy("You cannot let in that many more people."),
    actions.Code.FROZEN: _lazy("Nobody new can come in at the moment, so no codes are made. Please try again later."),
    actions.Code.SUSPENDED: _lazy("Your account lets in nobody any more. Load the page again to read why."),
}
_set_password: Callable[[HttpRequest], HttpResponseBase] = PasswordSetView.as_view()
_by_passkey: Callable[[HttpRequest], HttpResponseBase] = LoginWebAuthnView.as_view()


def member(request: HttpRequest) -> User:
    """Who is signed in; for views that require it."""
    assert isinstance(request.user, User)  # noqa: S101  # for the type checker: `login_required` saw to it
    return request.user


@login_required
@never_cache
@throttled
def codes(request: HttpRequest) -> HttpResponseBase:
    """A member's invite codes; a new one is shown in the answer that makes it, and never again."""
    user, now = member(request), timezone.now()
    form = IssueForm(request.POST or None)
    made = _issue(request, user, form) if form.is_valid() else ""
    own = InviteCode.objects.filter(issuer=user, purpose=Purpose.JOIN).order_by("-created_at", "-pk")
    context = {
        "form": IssueForm() if made else form,
        "code": made,
        "link": actions.link(made) if made else "",
        "qr": qr.draw(actions.link(made)) if made else "",
        "codes": [(code, code.terms.refusal(now)) for code in own.prefetch_related("redemptions__user")[:SHOWN]],
        "places": places(user, now),
        "tree": branch(user, GENERATIONS),
        "frozen": pulled(Lever.INVITES),
    }
    return render(request, "accounts/codes.html", context)


def _issue(request: HttpRequest, user: User, form: IssueForm) -> str:
    """The new code; an empty text, and the form says why, where it is refused."""
    throttle.begin((throttle.CODES, user.uid))
    source = Source.of_request(request)
    try:
        return actions.issue(
            user, uses=form.cleaned_data["uses"], days=form.cleaned_data["days"], now=timezone.now(), source=source
        )
    except actions.Refused as refused:
        record_refusal("invite.issue", source=source, actor=user.uid, reason=refused.code)
        form.add_error("uses", _WHY_NOT[refused.code])
        return ""


@login_required
@require_POST
def revoke(request: HttpRequest, uid: str) -> HttpResponseBase:
    """End one of the member's own codes."""
    user, source = member(request), Source.of_request(request)
    try:
        actions.revoke(uid, by=user, now=timezone.now(), source=source)
    except actions.Refused as refused:
        record_refusal("invite.revoke", source=source, actor=user.uid, reason=refused.code)
        return render(request, "accounts/no_such_code.html", status=HTTPStatus.NOT_FOUND)
    messages.success(request, _("The code opens nothing any more."))
    return redirect("invites")


@login_not_required
@require_POST
@throttled
def language(request: HttpRequest) -> HttpResponseBase:
    """The page they came from, in another language; members keep it for the next time they sign in."""
    response = set_language(request)
    chosen = request.POST.get("language", "")
    if isinstance(request.user, User) and chosen in dict(settings.LANGUAGES):
        throttle.begin((throttle.CHANGES, request.user.uid))
        source = Source.of_request(request)
        actions.change_profile(request.user, language=chosen, source=source)
    return response


@login_not_required
@never_cache
def privacy(request: HttpRequest) -> HttpResponseBase:
    """What applies here, for everybody; for members also what they accepted, and the way to accept."""
    here = notice.here()
    language, sections = here.read_in(get_language() or "")
    onwards = safe_next(request, "")
    if not isinstance(request.user, User):
        return render(request, "accounts/privacy.html", {"notice": here, "language": language, "sections": sections})
    if request.method == "POST":
        actions.accept(request.user, here, language, now=timezone.now(), source=Source.of_request(request))
        return redirect(onwards or "privacy")
    accepted = request.user.acceptances.order_by("-accepted_at")
    context = {
        "notice": here,
        "language": language,
        "sections": sections,
        "next": onwards,
        "accepted": accepted,
        "current": any(acceptance.digest == here.digest for acceptance in accepted),
    }
    return render(request, "accounts/privacy.html", context)


@login_not_required
@throttled
def sign_in_by_passkey(request: HttpRequest) -> HttpResponseBase:
    """Signing in by a passkey alone. Who asks for its challenge is counted: anybody may, and it is kept for them."""
    if request.method != "POST":
        throttle.begin((throttle.CHALLENGES, throttle.network(Source.of_request(request).address)))
    return _by_passkey(request)


@login_required
def set_password(request: HttpRequest) -> HttpResponseBase:
    """A first password beside a passkey, after a fresh proof that it is them."""
    return asked_again(request) or _set_password(request)


def asked_again(request: HttpRequest) -> HttpResponseBase | None:
    """The way to where whoever is signed in shows afresh that it is them; None if they just did.

    allauth's own decorator would keep what was posted too late, such as a password, in the session until then.
    """
    if not is_reauthentication_required(request, app="allauth.mfa"):
        return None
    return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': request.path})}")


@login_not_required
def forgotten(request: HttpRequest) -> HttpResponse:
    """What to do about a forgotten password: there is no e-mail, so a person helps."""
    return render(request, "account/password_reset.html")


@login_not_required
def closed(request: HttpRequest, **_captured: str) -> HttpResponse:
    """A road by which allauth, or a guess at it, would make accounts or send mail: refused and recorded."""
    strangers.note("account.create", Source.of_request(request), "sign_up_closed")
    return render(request, "account/signup_closed.html", status=HTTPStatus.FORBIDDEN)
