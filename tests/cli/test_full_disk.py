"""The service as a process whose disk fills up: it stays, says so once, answers kindly, and goes on by itself."""

import json
import shutil
import sqlite3
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError

import pytest

from bot.store.trouble import PROBE_SECONDS
from tests.cli.demo_market import recent_database
from tests.cli.program import Program
from tests.cli.test_serving import Page, serving
from tests.store.disks import SmallDisk, small_disk

SIZE_MIB = 96


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    folder = tmp_path / "small"
    folder.mkdir()
    with small_disk(folder, SIZE_MIB) as made:
        if made is None:
            pytest.skip("this user may not make a file system")
        yield made


def refused(page: Page, text: str) -> str:
    """What the page says instead of taking a line."""
    headers = {"Origin": page.url, "Content-Type": "application/json"}
    body = json.dumps({"text": text}).encode()
    with pytest.raises(HTTPError) as error:
        urllib.request.urlopen(urllib.request.Request(f"{page.url}/say", body, headers), timeout=30)  # noqa: S310
    assert error.value.code == 503
    return str(json.load(error.value)["error"])


@pytest.mark.slow
def test_a_service_outlives_a_full_disk(etfbot: Program, disk: SmallDisk) -> None:
    file = disk.folder / "mine.db"
    shutil.copy(recent_database(), file)
    with serving(etfbot, "run", "--source", "demo", "--database", f"sqlite:///{file}") as page:
        page.until(page.healthy)
        before = len(page.ask("状态"))
        disk.fill()
        told = {refused(page, "状" * 400) for _ in range(4)}
        assert told == {"数据暂时无法读写，请过几分钟再试。"}
        assert page.healthy()
        assert len(page.said()) == before
        assert page.process.poll() is None
        disk.free()
        page.until(lambda: answered(page))
        time.sleep(2 * PROBE_SECONDS)  # it looks now and then whether there is room
        code, _, err = page.end()
    assert code == 0
    said = [one for one in err.splitlines() if "the database" in one]
    assert ["cannot be used" in one for one in said] == [True, False]
    assert "Traceback" not in err
    with sqlite3.connect(file) as kept:
        assert kept.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    kept.close()


def answered(page: Page) -> bool:
    try:
        return len(page.ask("状态")) > 0
    except HTTPError:
        time.sleep(1)  # the page answers ten lines at once and then one a second
        return False
