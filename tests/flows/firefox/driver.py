"""Firefox driven by Marionette, its own protocol: length-prefixed JSON on a TCP port, nothing to install."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.flows.door import AUTHENTICATOR
from tests.flows.stack import until

SCRIPT = 20
"""Seconds that one script may take to finish."""
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
TURN_AWAY = """
window.turnedAway = {
  observe(channel) {
    if (channel.QueryInterface(Ci.nsIHttpChannel).URI.spec.includes(this.words)) channel.cancel(Cr.NS_ERROR_NET_RESET);
  },
  words: arguments[0],
};
Services.obs.addObserver(window.turnedAway, "http-on-modify-request");
"""
LET_IN = 'Services.obs.removeObserver(window.turnedAway, "http-on-modify-request")'
NARROW = "window.gBrowser.selectedBrowser.style.maxWidth = arguments[0]"


class StaleError(AssertionError):
    """An element was drawn anew since it was found."""


class Firefox:
    """One running Firefox, and its one tab."""

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
        before = self._own(PREFER, values)
        try:
            yield
        finally:
            self._own(PREFER, before)

    @contextmanager
    def without(self, words: str) -> Iterator[None]:
        """Meanwhile every request fails whose address contains the words."""
        self._own(TURN_AWAY, words)
        try:
            yield
        finally:
            self._own(LET_IN)

    @contextmanager
    def authenticator(self, *, finger: bool = True) -> Iterator[None]:
        """Meanwhile Firefox has a fingerprint reader, and a finger on it or not."""
        added = self.call("WebAuthn:AddVirtualAuthenticator", {**AUTHENTICATOR, "isUserConsenting": finger})["value"]
        try:
            yield
        finally:
            self.call("WebAuthn:RemoveVirtualAuthenticator", {"authenticatorId": added})

    @contextmanager
    def behind_another_tab(self) -> Iterator[None]:
        """Meanwhile another tab is in front, and the page is still the one that is asked and told."""
        page = self.call("WebDriver:GetWindowHandle")["value"]
        other = self.call("WebDriver:NewWindow", {"type": "tab", "focus": True})["handle"]
        try:
            until("the page is hidden", lambda: self.evaluate("return document.hidden"))
            yield
        finally:
            self.call("WebDriver:SwitchToWindow", {"handle": other})
            self.call("WebDriver:CloseWindow")
            self.call("WebDriver:SwitchToWindow", {"handle": page})

    @contextmanager
    def narrow(self, width: int) -> Iterator[None]:
        """Meanwhile the page has so many CSS pixels, fewer than a window of Firefox's own may have."""
        self._own(NARROW, f"{width}px")
        try:
            yield
        finally:
            self._own(NARROW, "")

    def spoken(self, selector: str) -> str:
        """Role and name of the first element that `selector` finds, as Firefox tells them to a screen reader."""
        found = {"id": until(f"Firefox has {selector}", lambda: self._find("css selector", selector))[0][ELEMENT]}
        parts = (self.call(f"WebDriver:GetComputed{part}", found)["value"] for part in ("Role", "Label"))
        return " ".join(parts)

    def _own(self, script: str, *arguments: Any) -> Any:
        """What the script returns as a part of Firefox itself."""
        self.call("Marionette:SetContext", {"value": "chrome"})
        value = self.call("WebDriver:ExecuteScript", {"script": script, "args": arguments})["value"]
        self.call("Marionette:SetContext", {"value": "content"})
        return value

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
        """Whether an element was there that can be clicked, and was before it was drawn anew."""
        try:
            ready = next((found[ELEMENT] for found in self._find(using, value) if self._is_ready(found[ELEMENT])), None)
            if ready:
                self.call("WebDriver:ElementClick", {"id": ready})
        except StaleError:
            return False
        return ready is not None

    def _find(self, using: str, value: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.call("WebDriver:FindElements", {"using": using, "value": value})
        return found

    def _is_ready(self, button: str) -> bool:
        return all(self.call(f"WebDriver:IsElement{how}", {"id": button})["value"] for how in ("Displayed", "Enabled"))

    def _receive(self) -> Any:
        digits = bytearray()
        while (byte := self._stream.read(1)) != b":":
            if not byte:
                raise ConnectionError("Firefox closed the connection")
            digits += byte
        return json.loads(self._stream.read(int(digits)))
