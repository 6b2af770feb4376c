"""The README keeps its word: what it shows works, what it lists exists, and nothing that exists is left out."""

import re
from pathlib import Path

from bot.cli import app
from bot.commands import load_commands
from bot.sources.archive import LAYOUTS
from signals import load_detectors

ROOT = Path(__file__).parents[2]
COMMANDS = {one.name for one in app.registered_commands} | {one.name for one in app.registered_groups}
README = (ROOT / "README.md").read_text(encoding="utf-8")

IMPORTS = """
from dataclasses import dataclass

from signals.core.detector import Detector, Findings, Topic, scaled
from signals.core.field import CLOSE, IOPV
from signals.core.measure import knowable
from signals.core.panel import Panel
from signals.core.text import Text
from signals.core.values import PREMIUM_IOPV
"""


def test_the_detector_that_it_shows_is_one(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (tmp_path / "discount.py").write_text(IMPORTS + shown, encoding="utf-8")
    assert load_detectors(tmp_path)["deep_discount"]().settings()["min_discount"] == 0.02


def test_every_command_of_the_command_line_is_in_it() -> None:
    assert {name for name in COMMANDS if f"etfbot {name}" not in README} == set()


def test_no_command_of_the_command_line_is_made_up() -> None:
    assert set(re.findall(r"`etfbot ([a-z]+)", README)) <= COMMANDS


def test_every_chat_command_is_in_it_with_its_chinese_word() -> None:
    missing = [one.name for one in load_commands().commands if f"{one.words[0]} {one.name}" not in README]
    assert missing == []


def test_every_table_of_an_archive_is_in_it() -> None:
    assert [name for name in LAYOUTS if f"`{name.removesuffix('_raw')}`" not in README] == []


def test_every_file_that_it_links_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"", README)
    assert [link for pair in links for link in pair if link and not (ROOT / link).exists()] == []
