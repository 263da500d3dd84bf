"""A Firefox with its sound server, begun and ended."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.flows.firefox.driver import SCRIPT, Firefox
from tests.flows.stack import Stoa, free_port, until

BINARY, SOUND = "/usr/bin/firefox-esr", "/usr/bin/pulseaudio"
STARTUP = 60
"""Seconds that the browser may take to start."""
PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.peerconnection.ice.default_address_only": False,
    "media.autoplay.default": 0,
    "security.webauth.webauthn_enable_softtoken": True,
    "security.webauth.webauthn_enable_usbtoken": False,
    "security.mixed_content.upgrade_display_content": False,  # pictures of a page that is taken for secure come by http
    "security.warn_submit_secure_to_insecure": False,  # a form sent from http that is taken for secure looks like one
    "intl.accept_languages": "en",
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.disabledForTesting": True,
}


@contextmanager
def running(folder: Path, stoa: Stoa) -> Iterator[Firefox]:
    """A Firefox that takes the machine's own address, by which it reaches Stoa, for a secure context.

    It pairs no candidates on loopback. AssertionError when something it needs is not installed.
    """
    for needed in (BINARY, SOUND):
        assert Path(needed).exists(), f"{needed} is not installed: apt-get install firefox-esr pulseaudio"
    with ExitStack() as stack:
        environment = {**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
        server = stack.enter_context(_sound_card(folder, environment))
        port = free_port(socket.SOCK_STREAM)
        downloads = folder / "downloads"
        preferences = {
            **PREFERENCES,
            "marionette.port": port,
            "dom.securecontext.allowlist": urlsplit(stoa.outside).hostname,
            "browser.download.folderList": 2,
            "browser.download.dir": str(downloads),
        }
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items())
        profile = folder / "profile"
        profile.mkdir()
        (profile / "user.js").write_text("".join(lines), encoding="utf-8")
        command = [
            BINARY,
            "--headless",
            "--marionette",
            "-remote-allow-system-access",
            "--no-remote",
            "--profile",
            str(profile),
        ]
        stack.enter_context(_child(folder, "firefox", command, {**environment, "PULSE_SERVER": server}))
        connection = until("Firefox answers", lambda: _connected(port), STARTUP)
        stack.enter_context(connection)
        yield Firefox(connection, downloads)


@contextmanager
def _sound_card(folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """The address of a sound server that plays into nothing: without one Firefox's Web Audio never starts."""
    door = folder / "sound"
    door_module = f"--load=module-native-protocol-unix socket={door} auth-anonymous=1"
    command = [SOUND, "-n", "--daemonize=no", "--exit-idle-time=-1", "--load=module-null-sink", door_module]
    with _child(folder, "sound", command, environment):
        until("the sound server runs", door.exists)
        yield f"unix:{door}"


@contextmanager
def _child(folder: Path, name: str, command: list[str], environment: dict[str, str]) -> Iterator[None]:
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def _connected(port: int) -> socket.socket | None:
    try:
        return socket.create_connection(("127.0.0.1", port), timeout=SCRIPT + 10)
    except OSError:
        return None
