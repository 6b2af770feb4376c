"""Real markets lie outside the repository, in the folder that ETFBOT_MARKET_DATA names; without it these tests are skipped."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def summer() -> Path:
    """The whole market of summer 2026, as published: 26 sessions, holes, cut lists and splits inside."""
    folder = Path(os.environ.get("ETFBOT_MARKET_DATA", "")) / "summer2026"
    if not folder.is_dir():
        pytest.skip("real market data: set ETFBOT_MARKET_DATA to a folder with summer2026 in it")
    return folder


@pytest.fixture(scope="session")
def history() -> Path:
    """Some funds over fourteen years and more, with share counts and NAVs of a few of them."""
    folder = Path(os.environ.get("ETFBOT_MARKET_DATA", "")) / "history"
    if not folder.is_dir():
        pytest.skip("real market data: set ETFBOT_MARKET_DATA to a folder with history in it")
    return folder
