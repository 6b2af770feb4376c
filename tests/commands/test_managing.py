"""Groups are set up from a private chat: by who manages them, for an hour, each answer saying which it is about."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.base import Channel, ChatKind, Managers, Speaker
from bot.channels.wecom import WecomChannel
from bot.commands.base import NewSubscriber, Roles
from bot.commands.managing import ASKED_MAX
from bot.deliveries import Address
from bot.robots import adopt_robots
from bot.subscriptions import Language
from tests.commands.demo import Chat, talking
from tests.commands.said import commands, labels, said, words

pytestmark = pytest.mark.anyio


@dataclass
class Groups:
    """A channel that knows who manages which of its groups; ids below zero are groups."""

    kind: str = "telegram"
    managed: dict[str, set[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def render(self, message: Any, *, plain: bool = False) -> list[Any]:
        raise NotImplementedError

    async def send(self, address: Address, part: Any) -> str:
        raise NotImplementedError

    def shared(self, address: Address) -> bool:
        return "-" in address.chat

    async def manages(self, address: Address, person: str) -> bool:
        self.asked.append(address.chat)
        return person in self.managed.get(address.chat, ())


def managing(chat: Chat, channel: Channel | Groups) -> Chat:
    """The same chat with a service that has such a channel, and its person speaking."""
    managers = Managers({"telegram": channel})  # type: ignore[dict-item]
    return replace(
        chat,
        answer=replace(chat.answer, desk=replace(chat.desk, managers=managers)),
        speaker=Speaker(chat.address.chat, "Li"),
    )


async def group_of(mine: Chat, groups: Groups, chat: str, *, managers: set[str], title: str) -> Chat:
    """A group that is subscribed."""
    group = replace(mine.other(chat), kind=ChatKind.GROUP, title=title)
    groups.managed[group.address.chat] = managers
    await group.say("订阅")
    return group


async def test_the_groups_that_one_manages_are_offered_and_no_others(chat: Chat) -> None:
    groups = Groups()
    mine = managing(chat, groups)
    await group_of(mine, groups, "-1", managers={mine.speaker.id}, title="我的群")
    await group_of(mine, groups, "-2", managers={"other"}, title="别人的群")
    await mine.other("33").say("订阅")
    answer = await mine.say("管理")
    assert labels(answer) == ["我的群"]
    assert not [one for one in groups.asked if "-" not in one], "private chats are not asked about"


async def test_what_is_said_then_is_about_the_group_and_headed_so(chat: Chat) -> None:
    groups = Groups()
    mine = managing(chat, groups)
    group = await group_of(mine, groups, "-1", managers={mine.speaker.id}, title="我的群")
    assert said(await mine.say(commands(await mine.say("管理"))[0]))[0] == "正在设置：我的群"
    for line in ("关注 560850", "时区 东京", "设置", "列表", "日报 18:30"):
        assert said(await mine.say(line))[0] == "正在设置：我的群", line
    stored = await group.subscription()
    assert stored is not None
    assert (stored.watched, stored.zone, stored.title) == ({"560850"}, "Asia/Tokyo", "我的群")
    assert await mine.subscription() is None
    assert "✓ 我的群" in labels(await mine.say("管理"))
    assert "回到你自己的设置" in words(await mine.say("管理 关"))
    await mine.say("关注 159590")
    assert (await mine.subscription()).watched == {"159590"}
    assert (await group.subscription()).watched == {"560850"}


async def test_it_ends_after_an_hour(chat: Chat) -> None:
    groups = Groups()
    mine = managing(chat, groups)
    await group_of(mine, groups, "-1", managers={mine.speaker.id}, title="我的群")
    await mine.say(commands(await mine.say("管理"))[0])
    mine.hour.at += timedelta(minutes=59)
    assert "正在设置" in words(await mine.say("设置"))
    mine.hour.at += timedelta(minutes=1)
    assert "正在设置" not in words(await mine.say("设置"))


async def test_rights_are_looked_up_at_each_command(chat: Chat) -> None:
    groups = Groups()
    mine = managing(chat, groups)
    group = await group_of(mine, groups, "-1", managers={mine.speaker.id}, title="我的群")
    await mine.say(commands(await mine.say("管理"))[0])
    before = await group.subscription()
    groups.managed.clear()
    assert words(await mine.say("关注 560850")) == "你已不是“我的群”的管理员，后面的命令回到你自己的设置。"
    assert await group.subscription() == before
    assert "我的群" not in words(await mine.say("列表")), "not even read"


@pytest.mark.parametrize("choice", ["999999", "abc", "1" * 30])
async def test_nobody_chooses_what_he_does_not_manage(chat: Chat, choice: str) -> None:
    groups = Groups()
    mine = managing(chat, groups)
    other = await group_of(mine, groups, "-2", managers={"other"}, title="别人的群")
    for word in (choice, str((await other.subscription()).id), "别人的群"):
        assert f"没有你能设置的“{word}”" in words(await mine.say(f"/manage {word}"))
    assert await mine.store.managing.now("telegram", mine.speaker.id, mine.hour.at) is None


async def test_a_group_is_chosen_by_its_name_too(chat: Chat) -> None:
    groups = Groups()
    mine = managing(chat, groups)
    await group_of(mine, groups, "-1", managers={mine.speaker.id}, title="ETF 交流群")
    assert said(await mine.say("管理 ETF 交流群"))[0] == "正在设置：ETF 交流群"


async def test_a_channel_that_knows_no_managers_offers_nothing(chat: Chat) -> None:
    mine = replace(chat, speaker=Speaker(chat.address.chat))
    assert "没有找到你管理" in words(await mine.say("管理"))


async def test_it_is_said_in_private_only(chat: Chat) -> None:
    group = replace(chat.other("-1"), kind=ChatKind.GROUP, speaker=Speaker(chat.address.chat))
    assert "私聊" in words(await group.say("管理"))


async def test_being_forgotten_is_about_oneself(chat: Chat) -> None:
    groups = Groups()
    mine = managing(chat, groups)
    group = await group_of(mine, groups, "-1", managers={mine.speaker.id}, title="我的群")
    await mine.say(commands(await mine.say("管理"))[0])
    assert "正在设置" not in words(await mine.say("忘记我"))
    await mine.say("/forget sure")
    assert await group.subscription() is not None


async def test_no_more_chats_are_looked_up_than_the_limit_and_ones_own_come_first(chat: Chat) -> None:
    groups = Groups()
    mine = managing(chat, groups)
    stranger = replace(mine, speaker=Speaker("2", "Wang"))
    for number in range(ASKED_MAX):
        group = replace(stranger.other(f"-{number}"), kind=ChatKind.GROUP, speaker=Speaker(f"stranger {number}"))
        await group.say("订阅")
    own = await group_of(mine, groups, "-999", managers={mine.speaker.id}, title="我的群")
    groups.asked.clear()
    assert labels(await mine.say("管理")) == ["我的群"]
    assert len(groups.asked) == ASKED_MAX
    assert groups.asked[0] == own.address.chat


async def test_the_choice_outlives_a_restart(database: Path) -> None:
    groups = Groups()
    async with talking(database) as chat:
        mine = managing(chat, groups)
        await group_of(mine, groups, "-1", managers={mine.speaker.id}, title="我的群")
        await mine.say(commands(await mine.say("管理"))[0])
    async with talking(database) as chat:
        assert said(await managing(chat, groups).say("设置"))[0] == "正在设置：我的群"


async def test_one_person_subscribes_so_many_groups_and_no_more(database: Path) -> None:
    async with talking(database, **{"subscribers.max_chats": 2}) as chat:
        mine = replace(chat, speaker=Speaker(chat.address.chat))
        groups = [replace(mine.other(f"-{number}"), kind=ChatKind.GROUP) for number in range(3)]
        answers = [words(await one.say("订阅")) for one in groups]
        assert "一个人最多为2个群订阅。" in answers[2]
        assert [await one.subscription() is not None for one in groups] == [True, True, False]
        other = replace(groups[2], speaker=Speaker("2"))
        await other.say("订阅")
        assert await other.subscription() is not None


@pytest.fixture
async def runner(chat: Chat) -> Chat:
    """An administrator of a service with a group of his own and two robots."""
    wecom = WecomChannel({"研究群": "k1", "家": "k2"})
    person = Speaker(chat.address.chat, "Li")
    roles = Roles(admins=frozenset({f"telegram:{person.id}"}))
    managers = Managers({"telegram": Groups(), "wecom": wecom})  # type: ignore[dict-item]
    desk = replace(chat.desk, managers=managers, roles=roles)
    await adopt_robots(chat.store, wecom.robots, NewSubscriber(), chat.hour.at)
    await chat.store.managing.end("telegram", person.id)
    return replace(chat, answer=replace(chat.answer, desk=desk), speaker=person)


async def test_administrators_of_the_service_set_up_robots_as_if_they_were_groups(runner: Chat) -> None:
    offered = await runner.say("管理")
    assert labels(offered) == ["研究群（群机器人）", "家（群机器人）"]
    assert said(await runner.say(commands(offered)[0]))[0] == "正在设置：研究群"
    for line in (
        "关注 560850",
        "时区 东京",
        "/settings dark on",
        "安静 22:00-07:00",
        "静音 560850 7天",
        "设置",
        "列表",
    ):
        assert said(await runner.say(line))[0] == "正在设置：研究群", line
    robot = await runner.store.subscriptions.find("wecom", "研究群")
    other = await runner.store.subscriptions.find("wecom", "家")
    assert robot is not None
    assert other is not None
    assert (robot.watched, robot.zone, robot.dark_pictures) == ({"560850"}, "Asia/Tokyo", True)
    assert (robot.title, robot.language, bool(robot.quiet), len(robot.mutes)) == ("研究群", Language.ZH, True, 1)
    assert (other.watched, other.zone) == (frozenset(), "Asia/Shanghai")
    assert await runner.subscription() is None
    assert said(await runner.say("管理 家"))[0] == "正在设置：家"
    await runner.say("管理 关")
    assert "正在设置" not in words(await runner.say("设置"))


async def test_to_run_the_service_is_no_matter_of_the_chosen_chat(runner: Chat) -> None:
    await runner.say("管理 研究群")
    answer = words(await runner.say("/admin"))
    assert "只给机器人的管理员用" not in answer
    assert "正在设置" not in answer


async def test_nobody_else_is_offered_a_robot_or_reaches_it_by_its_number(runner: Chat) -> None:
    robot = await runner.store.subscriptions.find("wecom", "家")
    assert robot is not None
    stranger = replace(runner, speaker=Speaker("nobody"))
    assert "没有找到你管理" in words(await stranger.say("管理"))
    for word in (str(robot.id), "家"):
        assert f"没有你能设置的“{word}”" in words(await stranger.say(f"管理 {word}"))
    assert await stranger.store.managing.now("telegram", "nobody", stranger.hour.at) is None


async def test_who_runs_the_service_no_longer_sets_up_no_robot(runner: Chat) -> None:
    await runner.say("管理 研究群")
    before = await runner.store.subscriptions.find("wecom", "研究群")
    dismissed = replace(runner, answer=replace(runner.answer, desk=replace(runner.desk, roles=Roles())))
    assert words(await dismissed.say("关注 159590")) == "你已不是“研究群”的管理员，后面的命令回到你自己的设置。"
    assert await runner.store.subscriptions.find("wecom", "研究群") == before
    assert "正在设置" not in words(await dismissed.say("列表"))


async def test_an_administrator_does_not_set_up_other_peoples_groups(runner: Chat) -> None:
    group = replace(runner.other("-1"), kind=ChatKind.GROUP, title="别人的群", speaker=Speaker("other"))
    await group.say("订阅")
    stored = await group.subscription()
    assert stored is not None
    assert "没有你能设置的" in words(await runner.say(f"管理 {stored.id}"))
