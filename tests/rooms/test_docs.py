"""docs/protocol.md says what the code does."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

from rooms import protocol, refusals
from rooms.roles import Code, Move

PAGE = Path(__file__).parents[2] / "docs" / "protocol.md"


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("role_diagram", PAGE.with_name("role_diagram.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_role_table_on_the_page_is_the_one_in_the_code() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert _script().written(page) == page, "run: python docs/role_diagram.py"
    assert all(f"| `{move}` |" in page for move in Move)


def test_every_code_is_explained_with_its_status_and_close_code() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = {
        code: row
        for row in re.findall(r"^\| (`.*?)$", page.partition("### Codes")[2], re.MULTILINE)
        for code in re.findall(r"`([a-z_]+)`", row.split("|")[0])
    }
    assert set(rows) == set(Code)
    for code in Code:
        status, close, _ = refusals.REFUSALS[code]
        assert str(status) in rows[code], code
        assert not close or str(close) in rows[code], code


def test_every_message_of_a_client_is_explained() -> None:
    page = PAGE.read_text(encoding="utf-8").partition("### From the client")[2]
    assert all(f"| `{kind}` |" in page for kind in protocol._PARSERS)


def test_every_message_of_the_server_is_explained_and_no_other_is() -> None:
    page = PAGE.read_text(encoding="utf-8").partition("### From the server")[2].partition("### ")[0]
    files = [path for path in (PAGE.parents[1] / "rooms").rglob("*.py") if "sfu" not in path.parts]
    said = {kind for path in files for kind in re.findall(r'{"type": "([a-z.]+)"', path.read_text(encoding="utf-8"))}
    assert set(re.findall(r"^\| `([a-z.]+)` \|", page, re.MULTILINE)) == said - {"websocket.send"}
