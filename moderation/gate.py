"""The gate of the console: closed, unless the table of the staff opens it to a person with a second factor.

Whatever passes is written down before the page is made, and so is whoever is turned away. Where the log cannot be
written nothing is read: the error becomes a 503.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from http import HTTPStatus

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from accounts import strangers
from accounts.models import User
from accounts.views import member
from moderation.audit.purpose import purpose_of
from moderation.audit.record import record, record_refusal
from moderation.audit.source import Source
from moderation.models import Staff
from moderation.staff import LOOKS, TABLE, Act, Code, refusal

View = Callable[..., HttpResponseBase]
ASKED = {
    Authenticator.Type.TOTP: "mfa_reauthenticate",
    Authenticator.Type.WEBAUTHN: "mfa_reauthenticate_webauthn",
}
"""Where each second factor is asked for again."""


def console(act: Act, *, fresh: timedelta | None = None, noted: bool = True) -> Callable[[View], View]:
    """Lets in whoever may do `act`, with a second factor, `fresh` if need be; nobody else, and both are recorded.

    What only shows something answers GET alone, and whatever shows a page has an entry of that it was read.
    Not `noted` is what a page asks for by itself and shows nobody's data: numbers alone.
    """

    def guard(view: View) -> View:
        @wraps(view)
        @never_cache
        def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            closed = _closed(request, act, fresh) or _unfit(request, act)
            if closed is not None:
                return closed
            if noted and request.method != "POST":
                _note(request, act, kwargs)
            response = view(request, *args, **kwargs)
            if noted and request.method == "POST" and _is_page(response):  # a form again, with all that is around it
                _note(request, act, kwargs)
            return response

        return answer

    return guard


def staff_of(user: User) -> Staff | None:
    """Their row on the staff, if they have one."""
    return Staff.objects.filter(user=user).first()


def acts_of(user: User) -> frozenset[Act]:
    """What they may do in the console now."""
    staff, now = staff_of(user), timezone.now()
    if staff is None:
        return frozenset()
    return frozenset(act for act in TABLE[staff.standing.role] if refusal(staff.standing, act, now) is None)


def factor_age(request: HttpRequest, user: User) -> timedelta | None:
    """How long ago this session showed a second factor; None if it never did."""
    shown = [way["at"] for way in get_authentication_records(request, user) if way.get("method") == "mfa"]
    return timezone.now() - datetime.fromtimestamp(max(shown), UTC) if shown else None


def _closed(request: HttpRequest, act: Act, fresh: timedelta | None) -> HttpResponseBase | None:
    """The answer for whoever may not do `act`, or must first show their second factor."""
    user, source = member(request), Source.of_request(request)
    staff = staff_of(user)
    code = refusal(staff.standing if staff else None, act, timezone.now())
    if code is not None:
        if code == Code.STRANGER:
            strangers.note(act, source, code, actor=user.uid)
        else:
            record_refusal(act, source=source, actor=user.uid, reason=code)
        return render(request, "console/closed.html", {"code": code.value}, status=HTTPStatus.FORBIDDEN)
    factors = set(Authenticator.objects.filter(user=user, type__in=ASKED).values_list("type", flat=True))
    age = factor_age(request, user)
    if factors and age is not None and (fresh is None or age <= fresh):
        return None
    record_refusal(act, source=source, actor=user.uid, reason="second_factor")
    if not factors:
        return render(request, "console/factor.html", status=HTTPStatus.FORBIDDEN)
    asked = next(ASKED[factor] for factor in ASKED if factor in factors)
    return redirect(f"{reverse(asked)}?{urlencode({'next': request.path})}")


def _unfit(request: HttpRequest, act: Act) -> HttpResponseBase | None:
    """The answer to a method that `act` has no use for: by another than GET, a page would be read without an entry."""
    methods = ("GET", "HEAD") if act in LOOKS else ("GET", "HEAD", "POST")
    if request.method in methods:
        return None
    record_refusal(act, source=Source.of_request(request), actor=member(request).uid, reason="method")
    return HttpResponseNotAllowed(methods)


def _is_page(response: HttpResponseBase) -> bool:
    return response.status_code < HTTPStatus.MULTIPLE_CHOICES and response["Content-Type"].startswith("text/html")


@transaction.atomic
def _note(request: HttpRequest, act: Act, captured: dict[str, object]) -> None:
    """One entry: who reads what. It says which page, and of which row; what was searched for, the search says.

    Of an address it keeps numbers alone: words in one may be anybody's, and the entry stays.
    """
    staff = Staff.objects.get(user=member(request))
    record(
        "console.read",
        source=Source.of_request(request),
        actor=member(request).uid,
        role=staff.role,
        object_type="page",
        object_id=act,
        purpose=purpose_of(act),
        case=str(captured.get("case", "")),
        detail={name: str(value) for name, value in captured.items() if name != "case" and isinstance(value, int)},
    )
