"""The web tier's entry for Daphne: HTTP to Django, room sockets to their consumer."""

import gc
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)  # before anything that imports models

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import WebsocketDenier  # noqa: E402
from django.urls import re_path  # noqa: E402

from config import bodies  # noqa: E402
from config.origin import SameOrigin  # noqa: E402
from config.pace import Paced  # noqa: E402
from config.proxy import Correlated, Logged, Proxied  # noqa: E402
from config.threads import Handler  # noqa: E402
from rooms import frames  # noqa: E402
from rooms.consumers import websocket_urlpatterns  # noqa: E402

bodies.bound()
frames.hush()
roads = {
    "http": Handler(),
    "websocket": SameOrigin(URLRouter([*websocket_urlpatterns, re_path("", WebsocketDenier.as_asgi())])),
}
application = Paced(Proxied(Correlated(Logged(ProtocolTypeRouter(roads)))))

# What was loaded stays: to look through all of it for garbage took 73 ms, in which nobody was served.
gc.collect()
gc.freeze()
