"""SECURITY.md keeps its word: every file and test that it names is there, and every defence names both."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
WHO = (
    "stranger in Telegram", "subscriber", "administrator of a group", "administrator of the bot", "owner", "opens the page",
    "with the password", "Another local user", "has the database file", "hostile publisher", "hostile Bot API proxy",
    "reverse proxy", "broken into the container",
)  # fmt: skip


def test_everybody_who_may_come_is_thought_of() -> None:
    assert [one for one in WHO if one.lower() not in TEXT.lower()] == []


def test_every_file_that_it_names_is_there() -> None:
    named = set(re.findall(r"`((?:bot|config|tests|tools)/[\w./]+|Dockerfile|compose\.yaml|requirements\.lock)`", TEXT))
    assert len(named) > 40
    assert [one for one in sorted(named) if not (ROOT / one).exists()] == []


def test_every_defence_names_what_does_it_and_what_shows_it() -> None:
    defences = TEXT.partition("## What stops whom")[2].partition("## What is not defended")[0]
    rows = [line for line in defences.splitlines() if line.startswith("|") and not set(line) <= set("|- ")]
    told = [row.strip("|").split("|") for row in rows if "Shown by" not in row]
    assert len(told) > 20
    for *_, stops, shown in told:
        assert re.search(r"`[\w./]+\.(py|lock|yaml)`|`Dockerfile`", stops), stops
        assert re.search(r"`tests/[\w/]+\.py`", shown), shown


def test_it_says_how_to_report_and_what_is_not_defended() -> None:
    assert "private" in TEXT.partition("## Report a hole")[2].partition("##")[0]
    assert TEXT.partition("## What is not defended")[2].partition("\n## ")[0].count("\n* **") >= 8
