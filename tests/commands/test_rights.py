"""Who may say what: one place decides, whatever the channel."""

from dataclasses import replace

import pytest

from bot.channels.base import ChatKind, Incoming, Speaker
from bot.commands.answer import Answerer
from bot.commands.base import Command, Registry, Right, Roles, Talk
from bot.messages.model import Message, plain
from bot.subscriptions import Subscription
from signals.core.text import Text
from tests.commands.demo import MORNING, Chat

DONE = plain("done")
RIGHTS = {
    "ask": Right.ANYONE,
    "change": Right.CHANGE,
    "either": Right.CHANGE_BY_WORDS,
    "run": Right.ADMIN,
    "own": Right.OWNER,
}


async def _run(_: Talk) -> Message:
    return DONE


def _command(name: str, right: Right) -> Command:
    return Command(
        name=name, words=(f"词{name}",), help=Text(name, name), usage=None, rank=1, quick=False, right=right, run=_run
    )


def _answerer(chat: Chat) -> Answerer:
    roles = Roles(admins=frozenset({"telegram:2"}), owners=frozenset({"telegram:3"}))
    registry = Registry(tuple(_command(name, right) for name, right in RIGHTS.items()))
    return Answerer(desk=replace(chat.desk, roles=roles), registry=registry)


async def _may(chat: Chat, text: str, person: str, kind: ChatKind = ChatKind.PRIVATE, *, manages: bool = False) -> bool:
    async def may_set_up() -> bool:
        return manages

    said = Incoming(
        channel="telegram", address=chat.address, text=text, speaker=Speaker(person), kind=kind, may_set_up=may_set_up
    )
    return await _answerer(chat)(said) == DONE


@pytest.mark.parametrize(
    ("person", "allowed"),
    [
        ("", {"ask", "change", "either"}),
        ("1", {"ask", "change", "either"}),
        ("2", {*RIGHTS} - {"own"}),
        ("3", {*RIGHTS}),
    ],
)
async def test_roles_come_from_the_configuration(chat: Chat, person: str, allowed: set[str]) -> None:
    assert {name for name in RIGHTS if await _may(chat, f"/{name} x", person)} == allowed


async def test_in_a_group_only_its_administrators_change_settings(chat: Chat) -> None:
    group = chat.other("-100")
    assert await _may(group, "/ask", "1", ChatKind.GROUP)
    assert await _may(group, "/either", "1", ChatKind.GROUP)
    for text in ("/change", "/either on"):
        assert not await _may(group, text, "1", ChatKind.GROUP)
        assert await _may(group, text, "1", ChatKind.GROUP, manages=True)
        assert await _may(group, text, "2", ChatKind.GROUP)


async def test_a_group_may_be_open_to_all_its_members(chat: Chat) -> None:
    group = chat.other("-200")
    mine = Subscription(id=0, channel="telegram", chat=group.address.chat, members_set_up=True)
    await chat.store.subscriptions.save(mine, MORNING)
    assert await _may(group, "/change", "1", ChatKind.GROUP)
    assert not await _may(group, "/run", "1", ChatKind.GROUP)


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        ("规则", False),
        ("规则 溢价率 > 3%", False),
        ("规则 5 < 溢价率", False),
        ("规则 1", False),
        ("规则 1 分享", False),
        ("规则 1 编辑", False),
        ("规则 1 = 溢价率 > 3%", False),
        ("规则 保存 3", True),
        ("规则 取消 3", True),
        ("规则 1 删除", True),
        ("规则 1 冷却 5", True),
        ("日报", False),
        ("日报 现在", False),
        ("日报 18:30", True),
        ("日报 关", True),
        ("清单 宽基", False),
        ("清单 订阅 宽基", True),
        ("清单 退订 宽基", True),
        ("设置", False),
        ("设置 lang", False),
        ("设置 lang en", True),
        ("语言 en", True),
        ("/start", False),
        ("/start lists", False),
        ("/start rule_1_abc", False),
        ("/start lists dividend", True),
        ("/start done", True),
        ("/start sub_560850", True),
        ("/start list_dividend", True),
    ],
)
async def test_to_ask_is_free_and_to_change_is_not(chat: Chat, line: str, *, changes: bool) -> None:
    found = chat.answer.registry.find(line)
    assert found is not None
    one, words = found
    assert one.right is Right.CHANGE_BY_WORDS
    assert bool(one.changes(words)) is changes
