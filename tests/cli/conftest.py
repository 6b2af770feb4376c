"""The program in an empty folder, and a demo market for it."""

import shutil
from pathlib import Path

import pytest

from tests.cli.demo_market import demo_database
from tests.cli.program import Program


@pytest.fixture
def etfbot(tmp_path: Path) -> Program:
    """The program in an empty folder."""
    return Program(tmp_path)


@pytest.fixture
def demo_url(tmp_path: Path) -> str:
    """A database of one's own with the demo market in it."""
    return f"sqlite:///{shutil.copy(demo_database(), tmp_path / 'demo.db')}"
