"""Rows about people; only `accounts.actions` writes them."""

import secrets

from django.contrib.auth.models import AbstractUser
from django.db import models


def new_uid() -> str:
    """A fresh pseudonymous id: 16 hex characters."""
    return secrets.token_hex(8)


class User(AbstractUser):
    """A person. `uid` is the only id of theirs that leaves the server or reaches the log."""

    uid = models.CharField(max_length=16, unique=True, default=new_uid, editable=False)
    display_name = models.CharField(max_length=60)
    language = models.CharField(max_length=10, blank=True, default="")
    invite_quota = models.PositiveSmallIntegerField(default=5)
