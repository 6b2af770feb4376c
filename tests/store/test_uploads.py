from datetime import timedelta

import pytest

from bot.store.database import Database
from bot.store.uploads import KEPT
from tests.store.samples import NOW

pytestmark = pytest.mark.anyio


async def test_an_id_comes_back_for_its_picture_and_bot(store: Database) -> None:
    await store.uploads.keep("1", "a", "file-1", NOW)
    found = [await store.uploads.find(bot, digest, NOW) for bot, digest in (("1", "a"), ("1", "b"), ("2", "a"))]
    assert found == ["file-1", "", ""]


async def test_a_newer_id_takes_its_place_and_counts_anew(store: Database) -> None:
    await store.uploads.keep("1", "a", "file-1", NOW)
    await store.uploads.keep("1", "a", "file-2", NOW + KEPT)
    assert await store.uploads.find("1", "a", NOW + KEPT + timedelta(days=1)) == "file-2"


async def test_an_id_that_is_refused_is_forgotten(store: Database) -> None:
    await store.uploads.keep("1", "a", "file-1", NOW)
    await store.uploads.forget("1", "b")
    await store.uploads.forget("1", "a")
    assert await store.uploads.find("1", "a", NOW) == ""


async def test_an_old_id_is_not_given_any_more(store: Database) -> None:
    await store.uploads.keep("1", "a", "file-1", NOW)
    assert await store.uploads.find("1", "a", NOW + KEPT - timedelta(seconds=1)) == "file-1"
    assert await store.uploads.find("1", "a", NOW + KEPT) == ""


async def test_the_oldest_make_room(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.uploads.KEPT_MAX", 2)
    for number, digest in enumerate("abc"):
        await store.uploads.keep("1", digest, digest, NOW + timedelta(minutes=number))
    assert [await store.uploads.find("1", digest, NOW) for digest in "abc"] == ["", "b", "c"]
