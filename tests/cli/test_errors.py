"""Whatever is said wrongly or fails is one clear line and an exit code; a traceback comes only when asked for."""

import socket
from pathlib import Path

import pytest

from tests.cli.program import Program, Said

WRONG, FAILED = 2, 1

DAY = ("--day", "2025-02-11")


def one_line(said: Said) -> str:
    assert said.out == ""
    assert "Traceback" not in said.err
    assert "defect" not in said.err
    assert said.complaint.startswith("etfbot: ")
    return said.complaint.removeprefix("etfbot: ")


USAGE = {
    ("frobnicate",): "frobnicate",
    ("export",): "--day",
    ("export", "--day", "nonsense"): "'nonsense'",
    ("export", "--day", "2025-02-30"): "'2025-02-30'",
    ("export", *DAY, "--format", "xml"): "xml",
    ("export", *DAY, "--moon"): "--moon",
    ("signals", *DAY, "--asof", "yesterday"): "'yesterday'",
    ("digest", *DAY, "--lang", "fr"): "fr",
    ("replay", "--from", "2025-02-05"): "--to",
    ("replay", "--from", "2025-02-05", "--to", "2025-02-07", "--channel", "telegram"): "telegram",
    ("import",): "DIR",
    ("import", "a", "b"): "b",
    ("migrate", "now"): "now",
}


def test_what_is_said_wrongly_is_one_line_that_names_the_word(etfbot: Program) -> None:
    for (command, word), said in zip(USAGE.items(), etfbot.run_all(list(USAGE)), strict=True):
        assert (command, said.code) == (command, WRONG)
        assert word in one_line(said)


CONFIGURATION = {
    ("export", *DAY, "--source", "moon"): "source",
    ("export", *DAY, "--database", "mysql://me:geheim@host/x"): "database",
    ("run", "--source", "archive"): "archive.folder",
    ("import", "gone"): "gone",
}


def test_what_is_configured_wrongly_is_one_line_that_names_the_setting(etfbot: Program) -> None:
    for (command, word), said in zip(CONFIGURATION.items(), etfbot.run_all(list(CONFIGURATION)), strict=True):
        assert (command, said.code) == (command, WRONG)
        assert word in one_line(said)
        assert "geheim" not in said.err


def test_every_mistake_of_a_file_is_named_on_a_line_of_its_own(etfbot: Program) -> None:
    (etfbot.folder / "etfbot.toml").write_text('[web]\nport = 0\n[detectors.inflow_streak]\nmin_days = "x"\n', "utf-8")
    said = etfbot.run("migrate", ETFBOT_LANGUAGE="fr")
    assert said.code == WRONG
    assert [line for line in said.err.splitlines() if "web.port" in line]
    assert [line for line in said.err.splitlines() if "ETFBOT_LANGUAGE" in line]
    (etfbot.folder / "etfbot.toml").write_text('[detectors.inflow_streak]\nmin_days = "x"\nmin_dais = 3\n', "utf-8")
    said = etfbot.run("migrate")
    assert said.code == WRONG
    assert "detectors.inflow_streak.min_days" in said.err
    assert "did you mean min_days" in said.err


def test_what_cannot_be_done_is_one_line_that_says_why(etfbot: Program, demo_url: str) -> None:
    demo, gone = ("--database", demo_url), ("--database", "sqlite:///gone.db")
    (etfbot.folder / "no.db").write_text("this is no database, whatever its name says " * 20, "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        postgres = f"postgresql://me:geheim@127.0.0.1:{nobody.getsockname()[1] + 1}/x"
        failures = {
            ("export", *DAY, *gone): "gone.db",
            ("export", "--day", "2025-02-09", *demo): "2025-02-07",
            ("export", "--day", "1999-01-04", *demo): "calendar",
            ("export", "--day", "2023-09-01", *demo): "nothing is known",
            ("export", *DAY, "--database", postgres): "127.0.0.1",
            ("digest", *DAY, "--watchlist", "nope", *demo): "nope",
            ("replay", "--from", "2019-02-11", "--to", "2019-02-15", *demo): "2019-02-11",
            ("migrate", "--database", "sqlite:///no.db"): "no.db",
        }
        answers = etfbot.run_all(list(failures))
    for (command, word), said in zip(failures.items(), answers, strict=True):
        assert (command, said.code) == (command, FAILED)
        assert word in one_line(said)
        assert "geheim" not in said.err


def test_with_debug_there_is_a_traceback_and_the_same_exit_code(etfbot: Program) -> None:
    commands = {
        ("export", *DAY, "--database", "sqlite:///gone.db", "--debug"): FAILED,
        ("export", *DAY, "--source", "moon", "--debug"): WRONG,
    }
    for (command, code), said in zip(commands.items(), etfbot.run_all(list(commands)), strict=True):
        assert "Traceback (most recent call last)" in said.err, command
        assert said.code == code


def test_a_folder_that_may_not_be_written_to_is_named(etfbot: Program) -> None:
    said = etfbot.run("migrate", "--database", "sqlite:////proc/nowhere/x.db")
    assert said.code == FAILED
    assert "/proc/nowhere" in one_line(said)


@pytest.mark.parametrize("command", [(), ("--help",), ("replay", "--help")])
def test_help_is_given_and_is_no_failure_of_the_program(etfbot: Program, command: tuple[str, ...]) -> None:
    said = etfbot.run(*command)
    assert said.code == (WRONG if not command else 0)
    assert "Usage:" in said.out + said.err
    assert "defect" not in said.err


def test_a_replay_that_runs_backwards_is_a_wrong_word(etfbot: Program, demo_url: str) -> None:
    said = etfbot.run("replay", "--from", "2025-02-11", "--to", "2025-02-05", "--database", demo_url)
    assert said.code == WRONG
    assert "import some" not in one_line(said)


def test_nothing_is_left_behind_by_what_was_said_wrongly(etfbot: Program) -> None:
    etfbot.run("export", "--day", "nonsense")
    etfbot.run("export", *DAY, "--source", "moon")
    assert list(Path(etfbot.folder).iterdir()) == []
