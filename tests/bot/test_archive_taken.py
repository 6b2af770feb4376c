"""A folder that is taken into the database: again, and after it was killed in the middle."""

from pathlib import Path

import pytest

from bot.intake import Intake, Taken
from bot.sources.archive import LAYOUTS, ArchiveReader
from bot.sources.archive_files import archive_files
from bot.store.database import Database
from tests.bot.killing import KilledError, Killer
from tests.bot.readers import FAR_AHEAD
from tests.builders import CALENDAR, LAST_DAY, moment

pytestmark = pytest.mark.anyio

TABLES = 781
"""Of three files with a table for each of 260 sessions, and of a profile."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Share counts, closes, closes from a second hand, and a profile."""
    days = list(enumerate(CALENDAR.window(LAST_DAY, 260)))
    files = {
        "etf_shares": [
            "code,date,shares",
            *(f"51{n:04d},{day},{1e9 + 1e6 * at}" for at, day in days for n in range(3)),
        ],
        "etf_daily": ["code,date,close", *(f"510001,{day},{1 + at / 1000}" for at, day in days)],
        "etf_daily_raw": ["code,date,close", *(f"510001,{day},{2 + at / 1000}" for at, day in days)],
        "etf_profile": ["code,name,listed", "510001,x,2020-01-02"],
    }
    for name, lines in files.items():
        (tmp_path / f"{name}.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    return tmp_path


async def taken(store: Database, folder: Path) -> list[Taken]:
    """Take a folder in as the command does."""
    intake, reader = Intake(store.market), ArchiveReader(source="archive", calendar=CALENDAR, now=moment(LAST_DAY))
    return [
        await intake.take(reader.read(name, path).snapshots) for name, path in archive_files(folder, LAYOUTS)[0].items()
    ]


async def test_taking_a_folder_in_again_changes_nothing(store: Database, folder: Path) -> None:
    assert [one.new for one in await taken(store, folder)] == [1, 260, 260, 260]
    for _ in range(2):
        assert [one.new for one in await taken(store, folder)] == [0, 0, 0, 0]


@pytest.mark.parametrize("at", [2, 4, 6])
async def test_killed_in_the_middle_and_taken_in_again_it_is_complete(store: Database, folder: Path, at: int) -> None:
    Killer(at=at).watch(store)
    with pytest.raises(KilledError):
        await taken(store, folder)
    before = int(await store.market.stamp(FAR_AHEAD))
    assert before < TABLES
    assert sum(one.new for one in await taken(store, folder)) == TABLES - before
    assert await store.market.stamp(FAR_AHEAD) == str(TABLES)
