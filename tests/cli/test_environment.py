"""Every command takes its database and source from the command line or the environment; the nearer word wins."""

import socket
import sqlite3
from pathlib import Path

import pytest

from tests.cli.program import Program

DAY = ("--day", "2025-02-11")

READING = [
    ("digest", *DAY),
    ("signals", *DAY),
    ("export", *DAY),
    ("replay", "--from", "2025-02-11", "--to", "2025-02-11"),
]


@pytest.mark.parametrize("by", ["option", "environment", "file"])
def test_the_database_is_found_wherever_it_is_named(etfbot: Program, demo_url: str, by: str) -> None:
    if by == "file":
        (etfbot.folder / "etfbot.toml").write_text(f'database = "{demo_url}"\n', "utf-8")
    more = ("--database", demo_url) if by == "option" else ()
    environment = {"ETFBOT_DATABASE": demo_url} if by == "environment" else {}
    for command in READING if by == "option" else READING[:1]:
        said = etfbot.run(*command, *more, **environment)
        assert (command, said.code, said.err) == (command, 0, "")
        assert said.out
    assert not (etfbot.folder / "etfbot.db").exists()


def test_an_option_wins_over_the_environment_and_that_over_the_file(etfbot: Program, demo_url: str) -> None:
    (etfbot.folder / "etfbot.toml").write_text('database = "sqlite:///file.db"\n', "utf-8")
    assert etfbot.run("migrate").code == 0
    assert etfbot.run("migrate", ETFBOT_DATABASE="sqlite:///environment.db").code == 0
    assert etfbot.run("migrate", "--database", "sqlite:///option.db", ETFBOT_DATABASE=demo_url).code == 0
    assert {one.name for one in etfbot.folder.glob("*.db")} == {"file.db", "environment.db", "option.db", "demo.db"}


@pytest.mark.parametrize("command", ["import", "doctor", "migrate"])
def test_what_writes_takes_the_database_from_the_environment(etfbot: Program, command: str) -> None:
    (etfbot.folder / "etf_daily.csv").write_text("code,date,close\n510300,2025-02-11,1\n", "utf-8")
    said = etfbot.run(command, *(["."] if command == "import" else []), ETFBOT_DATABASE="sqlite:///mine.db")
    assert said.code == 0 or command == "doctor"
    assert (etfbot.folder / "mine.db").exists()
    assert not (etfbot.folder / "etfbot.db").exists()


@pytest.mark.parametrize("command", [*READING, ("import", "."), ("doctor",), ("migrate",), ("run",), ("demo",)])
def test_every_command_takes_a_source_and_refuses_an_unknown_one(etfbot: Program, command: tuple[str, ...]) -> None:
    said = etfbot.run(*command, "--source", "moon")
    assert (said.code, said.complaint) == (
        2,
        "etfbot: command line: source must be one of akshare, archive, demo, not 'moon'",
    )


@pytest.mark.parametrize("command", [*READING, ("import", "."), ("doctor",), ("migrate",), ("run",)])
def test_every_command_takes_a_source_from_the_environment(etfbot: Program, command: tuple[str, ...]) -> None:
    said = etfbot.run(*command, ETFBOT_SOURCE="moon")
    assert said.code == 2
    assert said.complaint.startswith("etfbot: ETFBOT_SOURCE: source must be one of")


def test_the_demo_shows_its_own_market_whatever_the_service_is_set_to(etfbot: Program) -> None:
    assert "演示数据" in etfbot.run("demo", "--once", ETFBOT_SOURCE="akshare").out
    said = etfbot.run("demo", "--once", "--source", "akshare")
    assert said.code == 2
    assert "etfbot run shows akshare" in said.complaint


def test_a_folder_is_taken_in_whatever_the_source_is(etfbot: Program) -> None:
    (etfbot.folder / "etf_daily.csv").write_text("code,date,close\n510300,2025-02-11,1\n", "utf-8")
    for source in ("archive", "akshare"):
        assert etfbot.run("import", ".", "--source", source).code == 0


def real(path: Path) -> str:
    """A database with a table of a real market."""
    Program(path).run("migrate", "--database", "sqlite:///real.db")
    (path / "etf_daily.csv").write_text("code,date,close\n510300,2025-02-11,1\n", "utf-8")
    assert Program(path).run("import", ".", "--database", "sqlite:///real.db").code == 0
    return "sqlite:///real.db"


def tables(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        (found,) = connection.execute("SELECT count(*) FROM snapshots").fetchone()
    connection.close()
    return int(found)


def test_the_demo_market_and_a_real_one_are_never_mixed(etfbot: Program, demo_url: str) -> None:
    there = ("--database", real(etfbot.folder))
    before = tables(etfbot.folder / "real.db"), tables(etfbot.folder / "demo.db")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    commands = {
        ("demo", *there): "real market",
        ("demo", "--once", *there): "real market",
        ("run", "--source", "demo", *there): "real market",
        ("run", "--source", "akshare", "--database", demo_url): "演示数据",
        ("import", ".", "--database", demo_url): "演示数据",
    }
    for command, word in commands.items():
        said = etfbot.run(*command, ETFBOT_WEB__PORT=port)
        assert (command, said.code) == (command, 1)
        assert word in said.err.splitlines()[-1]
    assert (tables(etfbot.folder / "real.db"), tables(etfbot.folder / "demo.db")) == before
