"""A set-up as a file, and back: what would change is shown first, what is wrong is named, nothing is lost."""

import json
from dataclasses import fields, replace
from datetime import time
from typing import Any

import pytest

from bot.commands.setups import FIELDS, BadSetUpError, body_of, of_body, read, written
from bot.messages.model import Document, Message
from bot.preferences import Colours, Layout, Length, Mute, QuietHours, Section
from bot.subscriptions import Language, Subscription
from signals.core.detector import Topic
from tests.commands.demo import MORNING, Chat, talking
from tests.commands.said import commands, said, words

pytestmark = pytest.mark.anyio

FULL = Subscription(
    id=7,
    channel="telegram",
    chat="1",
    language=Language.EN,
    zone="Europe/London",
    topics=frozenset({Topic.FLOW}),
    watched=frozenset({"560850", "159590"}),
    watchlists=frozenset({"红利"}),
    evening_digest=None,
    morning_digest=False,
    weekly_digest=False,
    sections=frozenset({Section.MARKET}),
    length=Length.SHORT,
    layout=Layout.TABLE,
    colours=Colours.GREEN_UP,
    dark_pictures=True,
    silent_digest=True,
    pin_digest=True,
    least_strength=0.5,
    quiet=QuietHours(time(22), time(7)),
    urgent_passes=True,
    daily_cap=9,
    mutes=(Mute("560850", MORNING), Mute("rising_streak")),
    members_set_up=True,
)


async def send(chat: Chat, data: bytes, name: str = "set-up.json") -> Message:
    """Send a file without a word."""
    answer = await chat.try_saying("", Document(name, data))
    assert answer is not None
    return answer


async def exported(chat: Chat) -> bytes:
    (file,) = [block for block in (await chat.say("导出")).blocks if isinstance(block, Document)]
    assert file.name.endswith(".json")
    return file.data


async def test_a_set_up_goes_to_another_chat_and_nothing_there_is_lost(chat: Chat) -> None:
    for line in ("关注 560850 159590", "时区 伦敦", "清单 订阅 红利", "日报 20:30", "/settings colours green_up"):
        await chat.say(line)
    trial = await chat.say("/rule 换手率 > 20% on all; 冷却 3")
    await chat.say(commands(trial)[0])
    file = await exported(chat)
    other = chat.other("2")
    await other.say("关注 510300")
    before = await other.subscription()
    shown = await send(other, file)
    assert "关注 +2：软件50ETF 159590、信创50ETF 560850" in said(shown)
    assert "清单 +：红利" in said(shown)
    assert "时区：上海 → 伦敦" in said(shown)
    assert "日报：17:45 → 20:30" in said(shown)
    assert "颜色：红涨绿跌 → 绿涨红跌" in said(shown)
    assert any(one.startswith("规则 +：换手率 > 20% on all") for one in said(shown))
    assert await other.subscription() == before, "nothing is changed before he says so"
    done = await other.say(commands(shown)[0])
    assert words(done) == "已保存：自选共3只，新增规则1条"
    after = await other.subscription()
    assert after.watched == {"560850", "159590", "510300"}
    assert after.watchlists == {"宽基", "红利"}
    assert (after.zone, after.evening_digest, after.colours) == ("Europe/London", time(20, 30), Colours.GREEN_UP)
    (rule,) = await other.store.rules.of(after.id)
    assert rule.telling.cooldown_sessions == 3
    assert "都已经有了" in words(await send(other, file))


async def test_what_is_not_wanted_is_dropped_and_a_button_works_once(chat: Chat) -> None:
    await chat.say("订阅")
    before = await chat.subscription()
    save, cancel = commands(await chat.say("导入 560850"))
    assert words(await chat.say(cancel)) == "好的，什么都没有改动。"
    assert "已处理过或已过期" in words(await chat.say(save))
    assert await chat.subscription() == before
    save, _ = commands(await chat.say("导入 560850"))
    assert "已处理过或已过期" in words(await chat.other("2").say(save)), "another chat's button"
    await chat.say(save)
    assert (await chat.subscription()).watched == {"560850"}


@pytest.mark.parametrize("text", ["560850 159590", "560850，159590", "560850\n159590\n", "导入 560850 159590"])
async def test_pasted_codes_are_shown_and_may_be_compared(chat: Chat, text: str) -> None:
    answer = await chat.say(text)
    assert "关注 +2：软件50ETF 159590、信创50ETF 560850" in said(answer)
    assert commands(answer)[2] == "/compare 560850 159590"
    assert await chat.subscription() is None
    await chat.say(commands(answer)[0])
    assert (await chat.subscription()).watched == {"560850", "159590"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_a_text_file_of_codes_and_names_is_read(chat: Chat, encoding: str) -> None:
    answer = await send(chat, "560850\r\n软件50ETF\r\n".encode(encoding), "mine.csv")
    assert "关注 +2：软件50ETF 159590、信创50ETF 560850" in said(answer)


async def test_in_english(chat: Chat) -> None:
    reader = chat.other("2", language="en")
    answer = await reader.say("import 560850 159590")
    assert said(answer)[0] == "This would change:"
    await reader.say(commands(answer)[0])
    assert "These are all your settings" in words(await reader.say("export"))


APART = {"watched", "watchlists", "mutes"}
"""What a file adds to what there is, rather than puts in its place."""

NOT_CARRIED = {"id", "channel", "chat", "thread", "title", "active", "paused_reason", "members_set_up"}
"""Which chat it is, whether it listens, and who may set it up: no matter of a file."""


def test_every_wish_of_a_reader_is_carried_or_named_as_not_carried() -> None:
    assert {one.name for one in fields(Subscription)} == {*FIELDS} | APART | NOT_CARRIED
    usual = Subscription(id=7, channel="telegram", chat="1")
    same = [name for name in (*FIELDS, *APART) if getattr(FULL, name) == getattr(usual, name)]
    assert not same, "the example would not tell whether these are carried"


BODY: dict[str, Any] = body_of(of_body(json.loads(written(FULL, ["/rule premium > 3% on all"], MORNING))))


def test_a_file_holds_every_setting_and_reads_back() -> None:
    setup = read(written(FULL, ["/rule premium > 3% on all"], MORNING).decode())
    blank = Subscription(id=7, channel="telegram", chat="1")
    assert setup.laid_over(blank) == replace(FULL, members_set_up=False)
    assert setup.rules == ("/rule premium > 3% on all",)
    assert of_body(body_of(setup)) == setup


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"format": "other"}, "other"),
        ({"version": 2}, "version 2"),
        ({"more": 1}, "more"),
        ({"settings": []}, "settings"),
        ({"settings": {"members_set_up": True}}, "members_set_up"),
        ({"settings": {"zone": "Mars/One"}}, "zone: Mars/One"),
        ({"settings": {"zone": "Asia"}}, "zone: Asia"),
        ({"settings": {"language": "fr"}}, "language: fr"),
        ({"settings": {"topics": ["weather"]}}, 'topics: ["weather"]'),
        ({"settings": {"topics": 3}}, "topics: 3"),
        ({"settings": {"evening_digest": "18:30+08:00"}}, "evening_digest: 18:30+08:00"),
        ({"settings": {"evening_digest": "18:30:01"}}, "evening_digest: 18:30:01"),
        ({"settings": {"quiet": ["22:00+02:00", "07:00"]}}, 'quiet: ["22:00+02:00", "07:00"]'),
        ({"mutes": [["\ud800", None]]}, '["\ufffd", null]'),
        ({"mutes": [["a\0b", None]]}, '["a\\u0000b", null]'),
        ({"lists": ["\udfff"]}, "\ufffd"),
        ({"rules": ["x" * 501]}, "x" * 40),
        ({"version": {"": None}}, 'version {"": null}'),
        ({"settings": {"evening_digest": "25:00"}}, "evening_digest: 25:00"),
        ({"settings": {"quiet": ["22:00"]}}, 'quiet: ["22:00"]'),
        ({"settings": {"dark_pictures": "yes"}}, "dark_pictures: yes"),
        ({"settings": {"daily_cap": -1}}, "daily_cap: -1"),
        ({"settings": {"daily_cap": True}}, "daily_cap: true"),
        ({"settings": {"least_strength": 7}}, "least_strength: 7"),
        ({"watched": ["999999"]}, "999999"),
        ({"watched": "560850"}, "watched"),
        ({"watched": ["560850"] * 3000}, "watched"),
        ({"lists": [3]}, "3"),
        ({"rules": [""]}, ""),
        ({"mutes": [["560850", "tomorrow"]]}, '["560850", "tomorrow"]'),
        ({"mutes": [["560850", "2025-02-11T10:00"]]}, '["560850", "2025-02-11T10:00"]'),
        ({"mutes": [["560850", "9999-12-31T23:59:59+00:00"]]}, '["560850", "9999-12-31T23:59:59+00:00"]'),
        ({"mutes": [["560850", "0001-01-01T00:00:00+14:00"]]}, '["560850", "0001-01-01T00:00:00+14:00"]'),
        ({"mutes": ["560850x"]}, "560850x"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(change: dict[str, Any], word: str) -> None:
    with pytest.raises(BadSetUpError) as caught:
        of_body({**BODY, **change})
    assert caught.value.word == word[:40]


@pytest.mark.parametrize("text", ["{", "[]", "[1, 2]", "{}", "[" * 5000, '{"format": "etf-flow-bot set-up"}'])
async def test_a_file_that_is_none_of_ours_is_refused_whole(chat: Chat, text: str) -> None:
    answer = await send(chat, text.encode())
    assert "什么都没有改动" in words(answer)
    assert await chat.subscription() is None


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"lists": ["火星"]}, "“火星”"),
        ({"rules": ["/rule 天气 > 3"]}, "天气"),
        ({"watched": [f"51{number:04}" for number in range(300)]}, "最多关注200只基金"),
        ({"rules": [f"/rule premium > {number}% on all" for number in range(30)]}, "规则已满20条"),
    ],
)
async def test_what_cannot_be_here_is_named_before_anything_is_saved(
    chat: Chat, change: dict[str, Any], word: str
) -> None:
    answer = await send(chat, json.dumps({**BODY, **change}).encode())
    assert word in words(answer)
    assert await chat.subscription() is None


@pytest.mark.parametrize("data", [b"\xff\xfe\x00\xd8", b"", b"560850 notafund", b"\x00" * 40])
async def test_bytes_that_are_no_text_are_refused(chat: Chat, data: bytes) -> None:
    await send(chat, data, "x.bin")
    assert await chat.subscription() is None


async def test_a_file_that_is_too_big_is_not_looked_at(chat: Chat) -> None:
    assert words(await send(chat, b"x" * 300_000)) == "文件太大了，最多256 KB。"


async def test_nothing_to_export_and_nothing_to_import_are_said(chat: Chat) -> None:
    assert words(await chat.say("导出")) == "你还没有订阅，发送“订阅”开始。"
    assert "请把导出的文件发给我" in words(await chat.say("导入"))


async def test_a_set_up_that_waits_outlives_a_restart(database: Any) -> None:
    async with talking(database) as chat:
        save = commands(await chat.say("导入 560850"))[0]
    async with talking(database) as chat:
        await chat.say(save)
        assert (await chat.subscription()).watched == {"560850"}


async def test_a_word_of_a_file_that_is_very_long_is_named_in_part(chat: Chat) -> None:
    answer = words(await send(chat, b"a" * 5000))
    assert "a" * 900 in answer
    assert len(answer) < 1100
    assert "a…" in answer
    assert "没有文字" not in words(await send(chat, b"\xff\xfe", "名" * 5000))
