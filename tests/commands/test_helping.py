"""Help by chapters: every command is in one, with lines that can be tried; groups are told who may say what."""

from dataclasses import replace

import pytest

from bot.channels.base import ChatKind, Speaker
from bot.commands import load_commands
from bot.commands.base import Chapter, Right, Roles
from bot.messages.model import Message
from tests.commands.demo import Chat
from tests.commands.said import said, words

pytestmark = pytest.mark.anyio

REGISTRY = load_commands()

CHANGE = {"subscribe", "unsubscribe", "watch", "unwatch", "import", "forget"}
CHANGE_BY_WORDS = {"start", "lists", "settings", "lang", "tz", "topics", "digest", "intraday", "rule"}
ANYONE = {"help", "etf", "margin", "market", "compare", "rank", "theme", "signals", "study", "rules", "fields"}
ANYONE |= {"list", "export", "status", "manage"}

COMPLAINTS = ("没有找到", "没有叫", "不能按", "没有“", "出了点问题", "没看懂", "不认识", "读不懂")


def commands(message: Message) -> list[str]:
    return [button.command for row in message.buttons for button in row]


async def test_every_command_says_who_may_say_it() -> None:
    rights = {one.name: one.right for one in REGISTRY.commands}
    assert {name for name in rights if rights[name] is Right.CHANGE} >= CHANGE
    assert {name for name in rights if rights[name] is Right.CHANGE_BY_WORDS} >= CHANGE_BY_WORDS
    assert {name for name in rights if rights[name] is Right.ANYONE} >= ANYONE


async def test_help_opens_with_its_chapters_and_every_command_by_its_chinese_word(chat: Chat) -> None:
    answer = await chat.say("帮助")
    lines = said(answer)
    assert lines[0] == "可以这样说"
    shown = {word for line in lines for word in line.split()}
    visible = [one for one in REGISTRY.commands if one.right not in (Right.ADMIN, Right.OWNER)]
    assert {one.words[0] for one in visible} <= shown
    assert set(commands(answer)) == {f"/help {one.chapter}" for one in visible}


async def test_each_chapter_tells_its_commands(chat: Chat) -> None:
    for chapter in {one.chapter for one in REGISTRY.commands} - {Chapter.ADMIN}:
        lines = said(await chat.say(f"/help {chapter}"))
        for one in (one for one in REGISTRY.commands if one.chapter is chapter and one.right is not Right.ADMIN):
            assert any(line.startswith(f"/{one.name} / {one.words[0]}") for line in lines), one.name


@pytest.mark.parametrize(("word", "language"), [("查询", "zh"), ("帮助 规则", "zh"), ("Settings", "en")])
async def test_a_chapter_is_found_by_its_title(chat: Chat, word: str, language: str) -> None:
    reader = chat.other("2", language=language)
    answer = await reader.say(f"/help {word.removeprefix('帮助 ')}")
    assert "/help" in commands(answer)
    assert len(commands(answer)) > 2


@pytest.mark.parametrize("asked", ["帮助 关注", "help watch", "/help /watch", "帮助关注"])
async def test_help_for_one_command_tells_it_with_examples(chat: Chat, asked: str) -> None:
    lines = said(await chat.say(asked))
    assert lines[0] == "/watch / 关注 560850 159590  关注基金"
    assert "关注 xcetf" in lines
    assert lines[-1] == "同样的意思：/watch、关注"


async def test_help_in_english_gives_english_examples(chat: Chat) -> None:
    lines = said(await chat.other("2", language="en").say("help rank"))
    assert lines[0].startswith("/rank / 排行 turnover  Ranking of the market")
    assert "rank size in bond" in lines


async def test_help_for_an_unknown_word_names_it_and_tells_all(chat: Chat) -> None:
    lines = said(await chat.say("帮助 foo"))
    assert lines[:2] == ["没有“foo”这个命令。", "可以这样说"]


async def test_every_example_of_help_is_answered_without_complaint(chat: Chat) -> None:
    await chat.say("订阅")
    for one in REGISTRY.commands:
        shown = [f"{one.name} {text}" for text in {one.usage.zh, one.usage.en}] if one.usage else [one.name]
        shown += [*one.examples.zh.splitlines(), *one.examples.en.splitlines()] if one.examples else []
        for line in shown if one.name not in SKIPPED else ():
            text = words(await chat.say(line))
            assert not any(complaint in text for complaint in COMPLAINTS), (line, text)


SKIPPED = frozenset({"manage"})
"""Of no use to whom no channel knows."""


async def test_a_group_is_told_who_may_say_what(chat: Chat) -> None:
    group = replace(chat.other("-100"), kind=ChatKind.GROUP)
    text = words(await group.say("帮助"))
    assert "群里任何人都可以问：" in text
    assert "订阅、关注和设置由群管理员来改。" in text
    assert "群里任何人都可以问" not in words(await chat.say("帮助"))
    await group.say("/settings members on")
    assert "本群允许所有成员修改设置。" in words(await group.say("帮助"))


@pytest.mark.parametrize(
    "said_line", ["帮助", "帮助 admin", "/help 管理员", "帮助 运行", "/adm", "/nothing", "帮助 设置"]
)
async def test_whoever_does_not_run_the_service_hears_nothing_of_its_commands(chat: Chat, said_line: str) -> None:
    roles = Roles(admins=frozenset({"telegram:2"}), owners=frozenset({"telegram:3"}))
    asking = replace(chat, answer=replace(chat.answer, desk=replace(chat.desk, roles=roles)))
    for kind in (ChatKind.PRIVATE, ChatKind.GROUP):
        for person in ("", "1"):
            answer = await replace(asking, speaker=Speaker(person), kind=kind).say(said_line)
            told = words(answer).replace(said_line.removeprefix("帮助 ").removeprefix("/help "), "")
            assert not [one for one in ADMINS if one in told]
            assert not [one for one in commands(answer) if "admin" in one]
        for person in ("2", "3"):
            answer = await replace(asking, speaker=Speaker(person), kind=kind).say("帮助")
            assert "/help admin" in commands(answer)


def test_menus_mark_what_administrators_alone_may_say() -> None:
    assert {one.name for one in REGISTRY.menu() if one.admin} == {
        one.name for one in REGISTRY.commands if one.chapter is Chapter.ADMIN
    }


ADMINS = ("/admin", "管理员 ", "后台", "运行管理")
"""What the help of the service's own commands says."""
