"""The answers that end a road: too many tries, not now, closed."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import throttle
from accounts.models import User
from accounts.standing import FOR_GOOD

View = Callable[..., HttpResponseBase]


def too_many(request: HttpRequest, wait: int) -> HttpResponse:
    """A 429: try again in `wait` seconds at most."""
    context = {"minutes": -(-wait // 60)}
    response = render(request, "accounts/too_many.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(wait)
    return response


def unavailable(request: HttpRequest) -> HttpResponse:
    """A 503: what counts the tries is away, so no try can be allowed."""
    context = {"again": again(request)}
    response = render(request, "accounts/unavailable.html", context, status=HTTPStatus.SERVICE_UNAVAILABLE)
    response["Retry-After"] = "5"
    return response


def suspended(request: HttpRequest) -> HttpResponse:
    """A 403: who is suspended reads until when, and where the reasons are."""
    user = request.user
    until = user.suspended_until if isinstance(user, User) else None
    context = {"until": until, "for_good": until is not None and until >= FOR_GOOD}
    return render(request, "accounts/suspended.html", context, status=HTTPStatus.FORBIDDEN)


def throttled(view: View) -> View:
    """The view, answering 429 or 503 where a throttle refused it."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except throttle.TooMany as error:
            return too_many(request, error.wait)
        except throttle.Unavailable:
            return unavailable(request)

    return answer


def safe_next(request: HttpRequest, default: str) -> str:
    """Where the request wants to go on to, if that is on this host; else `default`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if is_ours(request, wanted) else default


def again(request: HttpRequest) -> str:
    """Where to try once more what failed: at the same address, or on the page whose form was sent."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    form = request.headers.get("Referer", "")
    return form if is_ours(request, form) else "/"


def is_ours(request: HttpRequest, url: str | None) -> bool:
    """Whether the address is a page of this host, as whoever asks calls it."""
    return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())


def speak(response: HttpResponse, language: str) -> None:
    """Let the pages that follow `response` be in `language`; in the browser's own where it is empty."""
    if language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, secure=settings.SECURE, httponly=True, samesite="Lax"
        )
    else:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
