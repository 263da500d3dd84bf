"""Every path of accounts; of allauth's only the ones that are wanted."""

from collections.abc import Callable
from functools import wraps

from allauth.account import views as account
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import include, path, re_path
from django.views.decorators.cache import never_cache

from accounts import joining, me, views


def whole(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The view with every POST in one transaction, so that what it changes and its entry in the log stand together.

    An answer that allauth raises is one, and what it tells is kept: that somebody tried too often, for one.
    """

    @transaction.atomic
    def changing(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except ImmediateHttpResponse as answer:
            given: HttpResponseBase = answer.response
            return given

    @wraps(view)  # allauth marks on its views which are for strangers too
    def choose(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        return (changing if request.method == "POST" else view)(request, *args, **kwargs)

    return choose


signing_in = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", views.set_password, name="account_set_password"),
    path("password/reset/", views.forgotten, name="account_reset_password"),
    path("sessions/", me.section, {"name": "devices"}, name="usersessions_list"),
    path("signup/", views.closed, name="account_signup"),
    re_path(
        r"^(?:signup/passkey|2fa/webauthn/signup|email|confirm-email|login/code|3rdparty|social)(?:/.*)?$", views.closed
    ),
]
second_factors = [
    path("", me.section, {"name": "ways"}, name="mfa_index"),
    path("authenticate/", whole(factors.authenticate), name="mfa_authenticate"),
    path("reauthenticate/", whole(factors.reauthenticate), name="mfa_reauthenticate"),
    path("totp/activate/", never_cache(whole(totp.activate_totp)), name="mfa_activate_totp"),
    path("totp/deactivate/", whole(totp.deactivate_totp), name="mfa_deactivate_totp"),
    # The first look at them is written down, in the transaction that says so in their row.
    path(
        "recovery-codes/",
        never_cache(transaction.atomic(recovery.view_recovery_codes)),
        name="mfa_view_recovery_codes",
    ),
    path("recovery-codes/generate/", whole(recovery.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path(
        "recovery-codes/download/",
        transaction.atomic(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("webauthn/", me.section, {"name": "ways"}, name="mfa_list_webauthn"),
    path("webauthn/add/", whole(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("webauthn/login/", whole(views.sign_in_by_passkey), name="mfa_login_webauthn"),
    path(
        "webauthn/reauthenticate/",
        whole(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("webauthn/keys/<int:pk>/remove/", whole(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    path("webauthn/keys/<int:pk>/edit/", whole(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
]
urlpatterns = [
    path("join/", joining.door, name="join"),
    path("join/sound/", joining.sound, name="join_sound"),
    re_path(r"^join/(?P<name>name|user-name|keys|notice)/$", joining.step, name="join_step"),
    re_path(r"^join/(?P<code>[^/]{1,400})/?$", joining.door, name="join_code"),
    path("invites/", views.codes, name="invites"),
    re_path(r"^invites/(?P<uid>[0-9a-f]{16})/revoke/$", views.revoke, name="invites_revoke"),
    path("me/", me.page, name="me"),
    path("me/picture/", me.picture, name="me_picture"),
    path("me/notifications/", me.notifications, name="me_notifications"),
    path("me/devices/", me.sign_out_elsewhere, name="me_devices"),
    re_path(r"^me/blocked/(?P<uid>[0-9a-f]{16})/$", me.unblock, name="me_unblock"),
    re_path(r"^avatars/(?P<uid>[0-9a-f]{16})/(?P<digest>[0-9a-f]{16})\.webp$", me.avatar, name="avatar"),
    path("language/", views.language, name="set_language"),
    path("privacy/", views.privacy, name="privacy"),
    path("accounts/", include(signing_in)),
    path("accounts/2fa/", include(second_factors)),
]
