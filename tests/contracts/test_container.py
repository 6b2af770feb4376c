"""The image and what is made of it: as few rights as it can do with, and no secret in any layer."""

import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.tables import LEAST_PASSWORD_CHARACTERS

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
OURS = ("leader", "worker", "web")


def steps() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, each on one line, without comments."""
    lines = [line for line in DOCKERFILE.splitlines() if not line.startswith("#")]
    joined = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def last_stage() -> list[tuple[str, str]]:
    found = steps()
    return found[max(number for number, (name, _) in enumerate(found) if name == "FROM") :]


def test_the_base_is_pinned_to_a_release() -> None:
    bases = [rest.split()[0] for name, rest in steps() if name == "FROM"]
    assert all(re.fullmatch(r"python:3\.\d+-slim-[a-z]+", one) for one in bases)
    assert len(set(bases)) == 1


def test_it_runs_as_nobody_in_particular() -> None:
    users = [rest for name, rest in last_stage() if name == "USER"]
    # A number: whoever demands that no root runs cannot look names up.
    assert users == ["10001:10001"]
    after = [name for name, _ in last_stage()]
    assert after.index("USER") < after.index("ENTRYPOINT")


def test_nothing_that_runs_needs_a_shell() -> None:
    for name, rest in last_stage():
        if name in ("CMD", "ENTRYPOINT"):
            assert rest.startswith("[")
        if name == "HEALTHCHECK":
            assert ' CMD ["python"' in rest
    assert "pip uninstall --yes pip" in DOCKERFILE


def test_it_says_whether_it_is_well() -> None:
    (check,) = [rest for name, rest in last_stage() if name == "HEALTHCHECK"]
    assert "/healthz" in check
    assert "--timeout=" in check


def test_whatever_is_written_is_a_volume() -> None:
    (volumes,) = [rest for name, rest in last_stage() if name == "VOLUME"]
    assert volumes == '["/data", "/var/cache/etfbot"]'
    environment = " ".join(rest for name, rest in last_stage() if name == "ENV")
    assert "NUMBA_CACHE_DIR=/var/cache/etfbot" in environment
    assert "sqlite:////data/" in environment


def test_no_secret_is_in_a_layer() -> None:
    assert not re.search(r"TOKEN|SECRET|PASSWORD|^ARG", "\n".join(" ".join(one) for one in steps()), re.MULTILINE)
    assert not any(name == "ADD" for name, _ in steps())
    copied = [rest for name, rest in steps() if name == "COPY"]
    assert not any(one.startswith(". ") for one in copied)


@pytest.mark.parametrize("path", [".env", "etfbot.toml", "etfbot.db", ".git", "tests", "docs", ".venv", "backups"])
def test_what_is_not_needed_does_not_reach_the_builder(path: str) -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line and line[0] != "#"]
    assert rules[0] == "*"
    assert not any(fnmatch(path, rule.removeprefix("!")) for rule in rules if rule.startswith("!"))


def test_what_it_copies_reaches_the_builder() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    copied = {one for name, rest in steps() if name == "COPY" and "--from" not in rest for one in rest.split()[:-1]}
    assert copied == kept
    assert all((ROOT / one).exists() for one in copied)


@pytest.mark.parametrize("name", [*OURS, "database"])
def test_a_service_has_no_right_that_it_does_not_need(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert any(one.startswith("/tmp") for one in service["tmpfs"])  # noqa: S108 - inside of a container
    assert service["pids_limit"] > 0
    assert service["mem_limit"]
    if name in OURS:
        assert "cap_add" not in service
        assert "user" not in service


def test_only_the_page_is_published_and_only_to_this_machine() -> None:
    published = {name: one["ports"] for name, one in COMPOSE["services"].items() if "ports" in one}
    assert published == {"web": ["127.0.0.1:8787:8787"]}


def test_the_database_is_reached_from_inside_alone() -> None:
    assert COMPOSE["services"]["database"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_secrets_come_from_outside_and_are_asked_for() -> None:
    text = (ROOT / "compose.yaml").read_text("utf-8")
    told = [str(one) for service in COMPOSE["services"].values() for one in service["environment"].values()]
    given = [one for one in told if "PASSWORD" in one or "TOKEN" in one]
    assert all("${" in one for one in given)
    assert all(f"${{{name}:?" in text for name in ("POSTGRES_PASSWORD", "WEB_PASSWORD"))
    assert ".env" in (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert LEAST_PASSWORD_CHARACTERS >= 8


def test_each_process_has_its_role_and_waits_for_the_database() -> None:
    for name in OURS:
        assert COMPOSE["services"][name]["depends_on"] == {"database": {"condition": "service_healthy"}}
    roles = {name: COMPOSE["services"][name]["command"][-1] for name in OURS}
    assert roles == {name: name for name in OURS}
