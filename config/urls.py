"""Every path of the web tier."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
]
