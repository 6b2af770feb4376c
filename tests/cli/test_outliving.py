"""The service as a process whose database is taken away: it stays, says so once, answers kindly, goes on by itself."""

import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from bot.store.trouble import PROBE_SECONDS
from tests.cli.demo_market import recent_database
from tests.cli.program import Program
from tests.cli.test_serving import Page, serving
from tests.store.disks import SmallDisk, server_of_its_own, small_disk, start

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
    with pytest.raises(HTTPError) as error:
        page.say(text)
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


@pytest.fixture
def server() -> Iterator[Any]:
    with server_of_its_own() as made:
        yield made


@pytest.mark.slow
@pytest.mark.pg
def test_a_service_outlives_a_server_that_is_stopped_and_started(etfbot: Program, server: Any) -> None:
    (etfbot.folder / "archive").mkdir()
    funds = "".join(f"51{number:04d},基金{number},中证信创\n" for number in range(120))
    (etfbot.folder / "archive" / "etf_profile.csv").write_text(f"code,name,index_name\n{funds}", "utf-8")
    (etfbot.folder / "etfbot.toml").write_text('[archive]\nfolder = "archive"\n', "utf-8")
    with serving(etfbot, "run", "--source", "archive", "--database", server.get_uri()) as page:
        page.until(page.healthy)
        page.until(lambda: answered(page))
        server.stop()
        assert refused(page, "状态") == "数据暂时无法读写，请过几分钟再试。"
        assert page.healthy()
        time.sleep(3 * PROBE_SECONDS)
        assert page.process.poll() is None
        start(server)
        page.until(lambda: answered(page))
        time.sleep(3 * PROBE_SECONDS)  # until it leads again
        code, _, err = page.end()
    assert code == 0
    said = [one for one in err.splitlines() if "database" in one and "trading calendar" not in one]
    assert sum("the database cannot be used" in one for one in said) == 1
    assert sum("the database is back" in one for one in said) == 1
    assert len(said) <= 4, "and twice about who leads"
    assert "Traceback" not in err
