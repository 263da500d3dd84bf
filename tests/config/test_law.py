"""The import law itself: no line of it sleeps once its module exists."""

import re

from tests.flows.stack import ROOT

LAW = (ROOT / ".importlinter").read_text()


def exists(module: str) -> bool:
    path = ROOT / module.replace(".", "/")
    return path.with_suffix(".py").exists() or path.is_dir()


def test_a_line_put_off_until_its_module_exists_is_put_off_no_longer() -> None:
    assert [module for module in re.findall(r"# later: (\S+)", LAW) if exists(module)] == []


def test_every_pure_file_is_under_the_law() -> None:
    pure = {"accounts.invites", "rooms.protocol", "rooms.roles", "rooms.sfu.messages", "rooms.sfu.stage"}
    section = LAW.split("[importlinter:contract:pure]")[1].split("forbidden_modules")[0]
    assert pure <= set(section.split())


def test_every_module_of_the_web_side_is_kept_out_of_the_media_side_and_the_other_way_round() -> None:
    section = set(LAW.split("[importlinter:contract:letterbox]")[1].split("[importlinter")[0].split())
    web = {f"rooms.{path.stem}" for path in (ROOT / "rooms").glob("*.py")} - {"rooms.__init__"}
    media = {f"rooms.sfu.{path.stem}" for path in (ROOT / "rooms/sfu").glob("*.py")}
    seen = {f"rooms.sfu.{name}" for name in ("__init__", "__main__", "messages", "envelope")}
    assert web | media - seen <= section
