"""Watchlists by chat: what is shown before it is saved, what is written down, and undo."""

import json
from pathlib import Path

import pytest

from bot.messages.model import Document
from tests.commands.running import ADMIN, STRANGER, button, running
from tests.commands.said import headings, said, words

pytestmark = pytest.mark.anyio


async def test_a_list_is_made_filled_shown_before_it_is_saved_and_undone(database: Path) -> None:
    async with running(database) as owner:
        before = await owner.store.watchlists.all()
        draft = await owner.say("/admin list new 信创 信创基金 | IT innovation")
        assert said(draft)[:2] == ["Save this change?", "new list “信创”"]
        assert await owner.store.watchlists.all() == before
        await owner.presses(draft, "Confirm")
        shown = await owner.say("/admin list 信创 add 560850, sh159590\n信创50ETF")
        assert any(one.startswith("+ 560850 ") for one in said(shown))
        saved = await owner.presses(shown, "Confirm")
        assert headings(saved) == ["Saved"]
        made = (await owner.store.watchlists.all())[-1]
        assert (made.name, made.title_zh, made.title_en) == ("信创", "信创基金", "IT innovation")
        assert made.codes[:2] == ("560850", "159590")
        for _ in range(2):
            undone = await owner.presses(saved, "Undo last change")
            assert headings(undone) == ["Undone"]
        assert await owner.store.watchlists.all() == before
        assert "no change to undo" in await owner.hears("/admin undo watchlists")
        entries = await owner.store.audit.recent(10)
        assert [one.what for one in entries] == ["undo watchlists: 信创"] * 2 + ["watchlists: 信创"] * 2
        assert {one.who for one in entries} == {"telegram:3"}
        assert json.loads(entries[-1].before) == {"信创": None}


async def test_unknown_words_are_named_and_nothing_is_half_saved(database: Path) -> None:
    async with running(database) as owner:
        text = await owner.hears("/admin list 宽基 import 510300 999999\nfoo，510500")
        assert text == "Nothing was saved; not clearly a fund (2): 999999 foo"
        file = Document("codes.txt", "\ufeff510300\n510500\nETF\n".encode())
        assert "Nothing was saved; not clearly a fund (1): ETF" in await owner.hears("/admin list 宽基 import", file)
        assert await owner.store.audit.recent(5) == []


async def test_a_file_replaces_a_list(database: Path) -> None:
    async with running(database) as owner:
        (broad, *_) = await owner.store.watchlists.all()
        codes = broad.codes[2:0:-1]
        file = Document("codes.csv", "\n".join(codes).encode())
        await owner.presses(await owner.say(f"/admin list {broad.name} import", file), "Confirm")
        assert (await owner.store.watchlists.all())[0].codes == codes
        binary = Document("codes.xlsx", b"PK\xff\xfe")
        assert "is not UTF-8 text" in await owner.hears(f"/admin list {broad.name} import", binary)


async def test_lists_are_moved_hidden_placed_renamed_and_deleted_each_after_confirming(database: Path) -> None:
    async with running(database) as owner:
        first, second, *_ = await owner.store.watchlists.all()
        for action in ("move 2", "unpublish", f"place {first.codes[0]} 2", "rename 大盘 | Large", "delete"):
            await owner.presses(await owner.say(f"/admin list {first.name} {action}"), "Confirm")
            now = {one.name: one for one in await owner.store.watchlists.all()}
            match action.split()[0]:
                case "move":
                    assert [*now][:2] == [second.name, first.name]
                case "unpublish":
                    assert first.name not in {one.name for one in await owner.store.watchlists.offered()}
                case "place":
                    assert now[first.name].codes[1] == first.codes[0]
                case "rename":
                    assert (now[first.name].title_zh, now[first.name].title_en) == ("大盘", "Large")
                case _:
                    assert first.name not in now
        for _ in range(5):
            await owner.say("/admin undo watchlists")
        assert (await owner.store.watchlists.all())[0] == first


async def test_a_draft_is_confirmed_by_its_author_only(database: Path) -> None:
    async with running(database) as owner:
        draft = await owner.say("/admin limits max_rules 3")
        confirm = button(draft, "Confirm").command
        assert "not yours" in await owner.as_(ADMIN).hears(confirm)
        await owner.say(confirm)
        assert await owner.store.changes.overrides() == {"rules.max_rules": 3}
        dropped = await owner.say("/admin limits max_rules 4")
        assert "nothing has changed" in words(await owner.presses(dropped, "Discard"))
        assert await owner.store.changes.overrides() == {"rules.max_rules": 3}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_a_list_is_filled_from_a_file_as_from_pasted_words(database: Path, encoding: str) -> None:
    async with running(database) as owner:
        names = "信创50ETF\r\n159590,软件50ETF\r\n"
        file = Document("codes.csv", names.encode(encoding))
        for person in (owner, owner.as_(ADMIN)):
            shown = await person.say("/admin list 红利 import", file)
            pasted = await person.say(f"/admin list 红利 import {names}")
            assert said(shown) == said(pasted)
            assert [one[:8] for one in said(shown) if one.startswith("+")] == ["+ 560850", "+ 159590"]


async def test_a_file_without_words_is_a_set_up_whoever_sends_it(database: Path) -> None:
    async with running(database) as owner:
        file = Document("codes.csv", b"560850 159590")
        for person in (STRANGER, ADMIN):
            shown = await owner.as_(person, "zh-hans").say("", file)
            assert said(shown)[0] == "将要改动："
            assert button(shown, "保存").command.startswith("/import save ")
        before = await owner.store.watchlists.all()
        assert "Only administrators of the bot" in await owner.as_(STRANGER).hears("/admin list 红利 import", file)
        assert await owner.store.watchlists.all() == before
