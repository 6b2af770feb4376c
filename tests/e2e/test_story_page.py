"""The story on the local page, as far as a page can play it, in a real browser."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.commands.demo import copied
from tests.e2e.acting import Play
from tests.e2e.conftest import DESKTOP, Tabs
from tests.e2e.stage_page import PageStage
from tests.e2e.story import STORY
from tests.e2e.theatre import performing
from tests.web.served import free_port

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.anyio]

STEPS_LEAST = 60


@dataclass(frozen=True)
class Page:
    """Where the service serves it."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the test's own with the demo market in it."""
    return copied(tmp_path_factory, tmp_path_factory.mktemp("story"))


async def test_the_story(chromium: "Browser", database: Path) -> None:
    page = Page(free_port())
    tabs = Tabs(chromium, page)
    async with performing(database, **{"web.port": page.port}) as theatre, tabs.open(viewport=DESKTOP) as tab:
        played = await Play(PageStage(tab), theatre).perform(STORY)
    tabs.forgive("409")
    assert tabs.complaints == []
    assert played >= STEPS_LEAST
