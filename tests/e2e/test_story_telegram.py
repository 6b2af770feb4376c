"""The whole story on Telegram, with the real library against a Bot API server."""

from pathlib import Path

import pytest

from tests.commands.demo import copied
from tests.e2e.acting import Person, Play
from tests.e2e.stage_telegram import PEOPLE, TelegramStage
from tests.e2e.story import STORY
from tests.e2e.theatre import performing
from tests.fakes.bot_api import BotApi

pytestmark = pytest.mark.anyio

STEPS_LEAST = 60


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the test's own with the demo market in it."""
    return copied(tmp_path_factory, tmp_path_factory.mktemp("story"))


async def test_the_whole_story(api: BotApi, database: Path) -> None:
    me = f"telegram:{PEOPLE[Person.ME]}"
    settings = {"telegram.token": api.token, "telegram.base_url": api.base_url, "web.enabled": False, "owners": [me]}
    async with performing(database, **settings) as theatre:
        await api.until(lambda: api.called("getUpdates"), "the bot asks for updates")
        played = await Play(TelegramStage(api), theatre).perform(STORY)
    assert played >= STEPS_LEAST
    assert api.defects == []
