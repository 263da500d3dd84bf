"""Firefox driven by Marionette, its own protocol: length-prefixed JSON on a TCP port, nothing to install."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.flows.stack import free_port, until

BINARY, SOUND = "/usr/bin/firefox-esr", "/usr/bin/pulseaudio"
STARTUP, SCRIPT = 60, 20
"""Seconds that the browser may take to start, and one script to finish."""
HUM = 1000
"""Hz of Firefox's own fake microphone."""
EARS = Path(__file__).with_name("ears.js")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The key of an element's reference (WebDriver, section 12.1)."""
PREFER = """
const { Preferences } = ChromeUtils.importESModule("resource://gre/modules/Preferences.sys.mjs");
for (const [name, value] of Object.entries(arguments[0])) {
  if (value === null) Preferences.reset(name);
  else Preferences.set(name, value);
}
"""
PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.peerconnection.ice.default_address_only": False,
    "media.autoplay.default": 0,
    "security.warn_submit_secure_to_insecure": False,  # a form sent from http that is taken for secure looks like one
    "intl.accept_languages": "en",
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.disabledForTesting": True,
}


class Firefox:
    """One running Firefox with one tab."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._stream = connection.makefile("rb")
        self._number = 0
        self._receive()  # the greeting
        self.call("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {"timeouts": {"script": SCRIPT * 1000}}}})

    def call(self, command: str, parameters: dict[str, Any] | None = None) -> Any:
        """The result of a Marionette `command`; AssertionError with Firefox's words when it fails."""
        self._number += 1
        message = json.dumps([0, self._number, command, parameters or {}]).encode()
        self._connection.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self._receive()
        assert not error, f"{command}: {error}"
        return result

    def goto(self, url: str) -> None:
        """Nothing: the page at `url` is loaded."""
        self.call("WebDriver:Navigate", {"url": url})

    def listen(self) -> None:
        """Nothing: the page has `ears` from now on; call it before the page connects."""
        self.evaluate(EARS.read_text(encoding="utf-8"))

    def evaluate(self, body: str) -> Any:
        """What the async function `body` returns inside the page."""
        script = (
            f"const done = arguments[0]; (async () => {{ {body} }})().then(done, (e) => done({{failed: String(e)}}))"
        )
        value = self.call("WebDriver:ExecuteAsyncScript", {"script": script, "args": [], "sandbox": None})["value"]
        assert not (isinstance(value, dict) and "failed" in value), value["failed"]
        return value

    def click(self, words: str, seconds: float = 10) -> None:
        """Nothing: a person's click on the button or link whose label begins with `words`, once there is one."""
        button = until(f"Firefox shows a button {words!r}", lambda: self._button(words), seconds)
        self.call("WebDriver:ElementClick", {"id": button})

    def type(self, selector: str, text: str) -> None:
        """Nothing: a person's keys into the first element that `selector` finds, in place of what stood there."""
        field = until(f"Firefox shows {selector}", lambda: self._find("css selector", selector))[0][ELEMENT]
        self.call("WebDriver:ElementClear", {"id": field})
        self.call("WebDriver:ElementSendKeys", {"id": field, "text": text})

    def press(self, selector: str) -> None:
        """Nothing: a person's click on the first shown element that `selector` finds, once there is one."""
        element = until(f"Firefox shows {selector}", lambda: self._shown("css selector", selector))
        self.call("WebDriver:ElementClick", {"id": element})

    def shows(self, words: str) -> None:
        """Nothing, as soon as the page says `words` to those who look at it."""
        until(f"Firefox says {words!r}", lambda: words in self.text())

    def text(self) -> str:
        """What the page says to those who look at it."""
        return str(self.evaluate("return document.body?.innerText ?? ''"))

    @contextmanager
    def preferences(self, values: dict[str, Any]) -> Iterator[None]:
        """Meanwhile Firefox has these preferences, which only its own code may set."""
        self._prefer(values)
        try:
            yield
        finally:
            self._prefer({name: PREFERENCES.get(name) for name in values})

    def _prefer(self, values: dict[str, Any]) -> None:
        self.call("Marionette:SetContext", {"value": "chrome"})
        self.call("WebDriver:ExecuteScript", {"script": PREFER, "args": [values]})
        self.call("Marionette:SetContext", {"value": "content"})

    def forget(self) -> None:
        """Nothing: nobody is signed in."""
        self.call("WebDriver:DeleteAllCookies")

    def cookie(self, name: str, value: str) -> None:
        """Nothing: the loaded page's host has the cookie from now on."""
        self.call("WebDriver:AddCookie", {"cookie": {"name": name, "value": value}})

    def screenshot(self) -> str:
        """The page as a PNG in base64."""
        return str(self.call("WebDriver:TakeScreenshot", {"full": False})["value"])

    def _button(self, words: str) -> str | None:
        path = f"//*[self::button or self::a][starts-with(normalize-space(), '{words}')][not(ancestor::*[@hidden])]"
        return self._shown("xpath", path)

    def _shown(self, using: str, value: str) -> str | None:
        found = (element[ELEMENT] for element in self._find(using, value))
        return next((element for element in found if self._is_shown(element)), None)

    def _find(self, using: str, value: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.call("WebDriver:FindElements", {"using": using, "value": value})
        return found

    def _is_shown(self, button: str) -> bool:
        return bool(self.call("WebDriver:IsElementDisplayed", {"id": button})["value"])

    def _receive(self) -> Any:
        digits = bytearray()
        while (byte := self._stream.read(1)) != b":":
            if not byte:
                raise ConnectionError("Firefox closed the connection")
            digits += byte
        return json.loads(self._stream.read(int(digits)))


@contextmanager
def running(folder: Path, host: str) -> Iterator[Firefox]:
    """A Firefox that takes `host` for a secure context; AssertionError when something it needs is not installed."""
    for needed in (BINARY, SOUND):
        assert Path(needed).exists(), f"{needed} is not installed: apt-get install firefox-esr pulseaudio"
    with ExitStack() as stack:
        environment = {**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
        server = stack.enter_context(_sound_card(folder, environment))
        port = free_port(socket.SOCK_STREAM)
        preferences = {**PREFERENCES, "marionette.port": port, "dom.securecontext.allowlist": host}
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
        yield Firefox(connection)


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
