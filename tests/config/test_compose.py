"""What `compose.yaml` says, read as Compose reads it; `tests/flows/test_apart.py` runs it, outside containers."""

import re
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
import yaml
from django.conf import settings

TEXT = (settings.BASE_DIR / "compose.yaml").read_text(encoding="utf-8")
FILE: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
OURS = sorted(name for name, service in SERVICES.items() if service.get("image") == "stoa:latest")
OWNERS = {"migrate", "prune"}
"""The two that have the database's owner's rights; neither hears anybody."""


def who(url: str) -> str:
    """The role and the place of its password in a database's address."""
    return url.removeprefix("postgres://").partition("@")[0]


def test_the_services_of_ours_are_all_looked_at() -> None:
    assert OURS == ["beat", "migrate", "prune", "sealer", "sfu", "web", "worker"]


@pytest.mark.parametrize("name", [name for name in OURS if name != "sfu"])
def test_everybody_speaks_to_the_database_as_the_role_that_only_adds_to_the_log(name: str) -> None:
    url = SERVICES[name]["environment"]["DATABASE_URL"]
    assert re.fullmatch(r"stoa_app:\$\{SERVERS_PASSWORD:\?[^}]+\}", who(url))


def test_only_who_migrates_and_prunes_knows_the_owner_and_hears_nobody() -> None:
    told = {name for name, service in SERVICES.items() if "POSTGRES_PASSWORD" in str(service)}
    assert told == OWNERS | {"database"}
    for name in OWNERS:
        url = SERVICES[name]["environment"]["DATABASE_OWNER_URL"]
        assert re.fullmatch(r"stoa:\$\{POSTGRES_PASSWORD:\?[^}]+\}", who(url))
        assert "ports" not in SERVICES[name]
    assert SERVICES["database"]["environment"]["POSTGRES_USER"] == "stoa"


def test_the_database_s_owner_migrates_in_a_step_of_its_own_before_anybody_serves() -> None:
    assert SERVICES["migrate"]["command"] == ["python", "manage.py", "migrate"]
    assert SERVICES["migrate"]["restart"] == "no"
    for name in set(OURS) - {"migrate"}:
        assert SERVICES[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}


def test_the_database_is_healthy_once_it_hears_the_network_and_not_while_it_is_made() -> None:
    assert " pg_isready --host 127.0.0.1 " in " ".join(SERVICES["database"]["healthcheck"]["test"])


def test_what_the_log_has_kept_long_enough_goes_once_a_day() -> None:
    shell, option, line = SERVICES["prune"]["command"]
    assert (shell, option) == ("sh", "-ec")  # and begun anew where it fails
    assert line == "while :; do python manage.py audit prune; sleep 86400; done"


def test_whatever_secret_it_asks_for_stands_in_the_file_that_operations_tells_to_write() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", TEXT))
    manual = (settings.BASE_DIR / "docs" / "operations.md").read_text(encoding="utf-8")
    (written,) = re.findall(r"^cat > \.env <<END\n(.*?)^END$", manual, re.MULTILINE | re.DOTALL)
    assert asked == {line.partition("=")[0] for line in written.splitlines()}


def test_the_address_that_is_trusted_is_the_proxy_s_and_no_other_container_is_ever_given_it() -> None:
    trusted = ip_network(SERVICES["web"]["environment"]["STOA_TRUSTED_PROXIES"])
    (plan,) = FILE["networks"]["inside"]["ipam"]["config"]
    proxy = ip_address(SERVICES["caddy"]["networks"]["inside"]["ipv4_address"])
    assert list(trusted) == [proxy]
    assert proxy in ip_network(plan["subnet"])
    assert proxy not in ip_network(plan.get("ip_range", plan["subnet"]))
    assert str(proxy) != plan["gateway"]
