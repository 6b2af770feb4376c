"""docs/commands.md says what the program says: every command, its words, its help, its examples."""

import pytest

from bot.cli import app
from bot.commands import load_commands
from tools.commands import DOCUMENT, RENEW, document


def test_it_is_what_the_program_says() -> None:
    there, made = DOCUMENT.read_text(encoding="utf-8").splitlines(), document().splitlines()
    gone, new = sorted({*there} - {*made}), sorted({*made} - {*there})
    assert there == made, f"docs/commands.md is out of date; renew it: {RENEW}\nno longer so: {gone}\nmissing: {new}"


def test_every_command_of_the_chat_and_of_the_command_line_is_in_it() -> None:
    made = document()
    for one in load_commands().commands:
        assert f"#### /{one.name} · {one.words[0]}" in made
        assert one.help.zh in made
        assert one.help.en in made
    for name in (*(one.name for one in app.registered_commands), *(one.name for one in app.registered_groups)):
        assert f"### `etfbot {name}`" in made


def test_a_terminal_of_any_width_makes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = document()
    monkeypatch.setenv("COLUMNS", "40")
    assert document() == wide
