"""The data files travel with the package."""

import os
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

import config
import signals

_PROGRAM = """
from pathlib import Path
from config.index_map import load_index_map
from config.lists import load_themes, load_watchlists
from config.sessions import load_calendar
from config.settings import load_settings
settings = load_settings({}, Path())
print(settings.web.port, load_calendar().last, len(load_index_map()) > 100, len(load_watchlists()), len(load_themes()))
"""


@pytest.mark.parametrize(
    "name", ["defaults.toml", "watchlists.toml", "themes.toml", "index_map.csv", "calendar/sessions.csv"]
)
def test_a_data_file_is_a_resource_of_the_package(name: str) -> None:
    assert files("config").joinpath(name).is_file()


def test_a_copy_elsewhere_works_from_any_folder(tmp_path: Path) -> None:
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    for package in (config, signals):
        shutil.copytree(Path(str(package.__file__)).parent, site / package.__name__)
    told = subprocess.run(  # noqa: S603 - our own interpreter and program
        [sys.executable, "-c", _PROGRAM],
        cwd=elsewhere,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert told.stdout.split() == ["8787", "2026-12-31", "True", "13", "6"]
