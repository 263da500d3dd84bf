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
EARS = Path(__file__).parents[1] / "ears.js"
TAB, ENTER, ESCAPE = "\ue004", "\ue007", "\ue00c"
"""Keys, as WebDriver writes them."""
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The key of an element's reference (WebDriver, section 12.1)."""
PREFER = """
const { Preferences } = ChromeUtils.importESModule("resource://gre/modules/Preferences.sys.mjs");
const before = {};
for (const [name, value] of Object.entries(arguments[0])) {
  before[name] = Preferences.get(name, null);
  if (value === null) Preferences.reset(name);
  else Preferences.set(name, value);
}
return before;
"""
"""Sets preferences, and gives back what they were; null is the one that Firefox came with."""
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserConsenting": True,
    "isUserVerified": True,
}
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


class StaleError(AssertionError):
    """An element was drawn anew since it was found."""


class Firefox:
    """One running Firefox with one tab."""

    def __init__(self, connection: socket.socket, downloads: Path) -> None:
        self.downloads = downloads
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
        if error and error["error"] == "stale element reference":
            raise StaleError(command)
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
        path = f"//*[self::button or self::a][starts-with(normalize-space(), '{words}')][not(ancestor::*[@hidden])]"
        until(f"Firefox shows a button {words!r}", lambda: self._clicked("xpath", path), seconds)

    def type(self, selector: str, text: str) -> None:
        """Nothing: a person's keys into the first element that `selector` finds, in place of what stood there."""
        field = until(f"Firefox shows {selector}", lambda: self._find("css selector", selector))[0][ELEMENT]
        self.call("WebDriver:ElementClear", {"id": field})
        self.call("WebDriver:ElementSendKeys", {"id": field, "text": text})

    def upload(self, selector: str, file: Path) -> None:
        """Nothing: the file was chosen in the field that `selector` finds."""
        field = until(f"Firefox has {selector}", lambda: self._find("css selector", selector))[0][ELEMENT]
        self.call("WebDriver:ElementSendKeys", {"id": field, "text": str(file)})

    def keys(self, *keys: str) -> None:
        """Nothing: each key was pressed and let go, wherever the focus is."""
        self._act(*((kind, key) for key in keys for kind in ("keyDown", "keyUp")))

    @contextmanager
    def held(self, key: str) -> Iterator[None]:
        """Meanwhile the key is down."""
        self._act(("keyDown", key))
        try:
            yield
        finally:
            self._act(("keyUp", key))

    def press(self, selector: str) -> None:
        """Nothing: a person's click on the first shown element that `selector` finds, once there is one."""
        until(f"Firefox shows {selector}", lambda: self._clicked("css selector", selector))

    def shows(self, words: str, seconds: float = 10) -> None:
        """Nothing, as soon as the page says `words` to those who look at it."""
        until(f"Firefox says {words!r}", lambda: words in self.text(), seconds)

    def hides(self, words: str, seconds: float = 10) -> None:
        """Nothing, as soon as it does not say them any more."""
        until(f"Firefox does not say {words!r}", lambda: words not in self.text(), seconds)

    def text(self) -> str:
        """What the page says to those who look at it."""
        return str(self.evaluate("return document.body?.innerText ?? ''"))

    @contextmanager
    def preferences(self, values: dict[str, Any]) -> Iterator[None]:
        """Meanwhile Firefox has these preferences, which only its own code may set."""
        before = self._prefer(values)
        try:
            yield
        finally:
            self._prefer(before)

    def authenticator(self) -> None:
        """Nothing: Firefox has a fingerprint reader from now on, and a finger on it."""
        self.call("WebAuthn:AddVirtualAuthenticator", AUTHENTICATOR)

    def _prefer(self, values: dict[str, Any]) -> dict[str, Any]:
        """What the preferences were before they had these values."""
        self.call("Marionette:SetContext", {"value": "chrome"})
        before: dict[str, Any] = self.call("WebDriver:ExecuteScript", {"script": PREFER, "args": [values]})["value"]
        self.call("Marionette:SetContext", {"value": "content"})
        return before

    def forget(self) -> None:
        """Nothing: nobody is signed in."""
        self.call("WebDriver:DeleteAllCookies")

    def cookie(self, name: str, value: str) -> None:
        """Nothing: the loaded page's host has the cookie from now on."""
        self.call("WebDriver:AddCookie", {"cookie": {"name": name, "value": value}})

    def cookies(self) -> dict[str, str]:
        """The cookies of the loaded page's host, by name."""
        return {cookie["name"]: cookie["value"] for cookie in self.call("WebDriver:GetCookies")}

    def screenshot(self) -> str:
        """The page as a PNG in base64."""
        return str(self.call("WebDriver:TakeScreenshot", {"full": False})["value"])

    def _act(self, *steps: tuple[str, str]) -> None:
        actions = [{"type": kind, "value": key} for kind, key in steps]
        self.call("WebDriver:PerformActions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def _clicked(self, using: str, value: str) -> bool:
        """Whether a shown element was there, and clicked before it was drawn anew."""
        try:
            shown = next((found[ELEMENT] for found in self._find(using, value) if self._is_shown(found[ELEMENT])), None)
            if shown:
                self.call("WebDriver:ElementClick", {"id": shown})
        except StaleError:
            return False
        return shown is not None

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
        downloads = folder / "downloads"
        preferences = {
            **PREFERENCES,
            "marionette.port": port,
            "dom.securecontext.allowlist": host,
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
