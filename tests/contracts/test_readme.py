"""The README and the documents keep their word: what they show works, and what they list and link exists."""

import re
from pathlib import Path

import pytest

from bot.cli import app
from bot.sources.archive import LAYOUTS
from signals import load_detectors

ROOT = Path(__file__).parents[2]
COMMANDS = {one.name for one in app.registered_commands} | {one.name for one in app.registered_groups}
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PICTURE_BYTES_MAX = 150 * 1024

IMPORTS = """
from dataclasses import dataclass

from signals.core.detector import Detector, Findings, Topic, scaled
from signals.core.field import CLOSE, IOPV
from signals.core.measure import knowable
from signals.core.panel import Panel
from signals.core.text import Text
from signals.core.values import PREMIUM_IOPV
"""

documents = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda one: one.name)


def test_the_detector_that_it_shows_is_one(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (tmp_path / "discount.py").write_text(IMPORTS + shown, encoding="utf-8")
    assert load_detectors(tmp_path)["deep_discount"]().settings()["min_discount"] == 0.02


def test_it_leads_to_every_command_and_guide() -> None:
    for name in ("commands.md", "guide.zh.md", "guide.en.md", "admin.md", "rules.md"):
        assert f"](docs/{name})" in README


@documents
def test_no_command_of_the_command_line_is_made_up(path: Path) -> None:
    assert set(re.findall(r"`etfbot ([a-z]+)", path.read_text(encoding="utf-8"))) <= COMMANDS


def test_every_table_of_an_archive_is_in_it() -> None:
    assert [name for name in LAYOUTS if f"`{name.removesuffix('_raw')}`" not in README] == []


@documents
def test_whatever_a_document_links_is_there(path: Path) -> None:
    found = re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", path.read_text(encoding="utf-8"))
    links = [one or other for one, other in found if not (one or other).startswith(("http:", "https:"))]
    assert [one for one in links if not _leads_somewhere(path, one)] == []


def test_every_picture_is_shown_and_small_enough_to_load() -> None:
    shown = "".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    for picture in (ROOT / "docs" / "images").iterdir():
        assert f"images/{picture.name}" in shown
        assert picture.stat().st_size <= PICTURE_BYTES_MAX


def _leads_somewhere(path: Path, link: str) -> bool:
    file, _, place = link.partition("#")
    target = (path.parent / file) if file else path
    return target.exists() and (not place or place in _places(target))


def _places(path: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a document."""
    heads = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in heads}
