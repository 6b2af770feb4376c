"""From a line to a command: however it is written, whatever is wrong with it, it is answered."""

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.commands import load_commands
from bot.commands.answer import TEXT_MAX
from bot.commands.base import Command, Registry, Talk, command
from bot.messages.model import Message, plain
from bot.subscriptions import Language
from signals.core.text import Text
from tests.commands.demo import Chat
from tests.commands.said import said, words

pytestmark = pytest.mark.anyio

REGISTRY = load_commands()


def heard(text: str) -> tuple[str, tuple[str, ...]] | None:
    """The command and its words that the registry hears in a line."""
    found = REGISTRY.find(text)
    return (found[0].name, found[1]) if found else None


@pytest.mark.parametrize(
    "line",
    [
        "/watch 560850 159590",
        "watch 560850 159590",
        "/WATCH 560850 159590",
        "/watch@etf_flow_bot 560850 159590",
        "  /watch\t560850\n159590 ",
        "／ｗａｔｃｈ　５６０８５０　１５９５９０",
        "关注 560850 159590",
        "关注560850 159590",
        "关注５６０８５０ 159590",
    ],
)
async def test_a_command_is_heard_however_it_is_written(line: str) -> None:
    assert heard(line) == ("watch", ("560850", "159590"))


async def test_the_longest_word_that_a_line_begins_with_is_meant() -> None:
    assert heard("取消关注560850") == ("unwatch", ("560850",))
    assert heard("关注560850") == ("watch", ("560850",))


@pytest.mark.parametrize("line", ["", "  ", "560850", "watching 560850", "/nothing", "@etf_flow_bot", "我想关注560850"])
async def test_other_lines_are_no_command(line: str) -> None:
    assert heard(line) is None


async def test_every_command_is_heard_by_its_name_and_by_each_of_its_words() -> None:
    for one in REGISTRY.commands:
        assert heard(f"/{one.name}") == (one.name, ())
        assert [heard(word) for word in one.words] == [(one.name, ())] * len(one.words)


async def test_two_commands_cannot_share_a_word() -> None:
    @command("other", "关注", rank=99, about=Text("别的", "Another"))
    async def other(talk: Talk) -> Message:
        return plain(talk.language)

    with pytest.raises(ValueError, match="关注"):
        Registry.of([_module(*REGISTRY.commands, other)])


async def test_the_menu_holds_every_command_in_its_order_in_both_languages() -> None:
    menu = REGISTRY.menu()
    assert [one.name for one in menu] == [one.name for one in REGISTRY.commands]
    assert all(one.help_zh and one.help_en and one.help_zh != one.help_en for one in menu)


@pytest.mark.parametrize("line", ["", "   ", "\n", "　"])
async def test_nothing_said_is_answered_with_help(chat: Chat, line: str) -> None:
    assert said(await chat.say(line))[0] == "可以这样说"


async def test_an_unknown_command_is_named_and_followed_by_what_there_is(chat: Chat) -> None:
    lines = said(await chat.say("/buy 560850"))
    assert lines[0] == "没有“/buy”这个命令。"
    assert lines[1] == "可以这样说"


async def test_a_line_as_long_as_allowed_is_read_and_a_longer_one_is_not(chat: Chat) -> None:
    assert "x" * TEXT_MAX in words(await chat.say("x" * TEXT_MAX))
    assert said(await chat.say("x" * (TEXT_MAX + 1))) == [f"这句话太长了，请控制在{TEXT_MAX}个字以内。"]


async def test_an_answer_is_in_the_language_of_the_person(chat: Chat) -> None:
    assert said(await chat.other("2", language="en-US").say("help"))[0] == "What you can say"
    assert said(await chat.other("3", language="zh-hans").say("help"))[0] == "可以这样说"
    assert said(await chat.other("4", language="de").say("help"))[0] == "可以这样说"


async def test_an_unstated_language_is_that_of_newcomers(chat: Chat) -> None:
    nobody = chat.other("2", language="")
    assert said(await nobody.say("help"))[0] == "可以这样说"
    english = replace(chat.desk, newcomer=replace(chat.desk.newcomer, language=Language.EN))
    assert said(await replace(nobody, answer=replace(chat.answer, desk=english)).say("help"))[0] == "What you can say"


async def test_a_subscriber_is_answered_in_the_language_of_his_subscription(chat: Chat) -> None:
    await chat.other("2", language="en").say("subscribe")
    assert said(await chat.other("2", language="zh-hans").say("help"))[0] == "What you can say"


async def test_a_defect_is_logged_and_answered_without_its_text(chat: Chat) -> None:
    @command("break", "坏", rank=99, about=Text("坏", "Break"))
    async def broken(talk: Talk) -> Message:
        raise RuntimeError("token 12345")

    answerer = replace(chat.answer, registry=Registry((*REGISTRY.commands, broken)))
    with capture_logs() as logged:
        answer = await replace(chat, answer=answerer).say("坏")
    assert said(answer) == ["抱歉，这里出了点问题，已经记录。换个说法再试试，或发送“帮助”。"]
    assert [(one["event"], one["command"], one["log_level"]) for one in logged] == [
        ("defect while answering", "break", "error")
    ]


def _module(*commands: Command) -> object:
    class Module:
        pass

    for one in commands:
        setattr(Module, one.name, one)
    return Module
