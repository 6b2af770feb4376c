"""`/rule` and `/rules`: tried out before saved, changed by number, shared, exported; errors name the word and its place."""

import re
from datetime import date

import pytest

from bot.messages.model import Button, Message
from bot.rules import RuleMode, RuleState, Telling
from bot.store.rules import DRAFTS_KEPT
from tests.commands.demo import Chat, talking
from tests.commands.said import headings, said, words

pytestmark = pytest.mark.anyio

MANY = "换手率 > 20% on all"
SHOWN = ("软件50ETF", "信创50ETF")
WIDE = "净流入 > 0 on 宽基"


def button(message: Message, label: str) -> Button:
    """The only button whose label ends so."""
    (found,) = [one for row in message.buttons for one in row if one.label.endswith(label)]
    return found


async def save(chat: Chat, text: str) -> Message:
    """Try a rule out and save it."""
    return await chat.say(button(await chat.say(f"/rule {text}"), "保存").command)


async def mine(chat: Chat) -> list[tuple[int, str, RuleState]]:
    subscription = await chat.subscription()
    kept = await chat.store.rules.of(subscription.id) if subscription else []
    return [(one.number, one.text, one.state) for one in kept]


async def telling(chat: Chat, number: int = 1) -> Telling:
    subscription = await chat.subscription()
    assert subscription is not None
    found = await chat.store.rules.find(subscription.id, number)
    assert found is not None
    return found.telling


async def test_a_rule_is_tried_out_before_it_is_saved(chat: Chat) -> None:
    answer = await chat.say(f"规则 {MANY}")
    text = words(answer)
    assert headings(answer) == ["规则试算 〔演示数据〕"]
    assert "条件：换手率大于20%" in text
    assert "范围：全部基金" in text
    assert re.search(r"2024-01-24至2025-02-11：按基金逐日计，[\d,]+次中成立\d+次（7\.\d%），新成立\d+次", text)
    assert "最近新成立：" in text
    assert "最新一日（02-11）成立6只：" in text
    assert "软件50ETF 159590：换手率40.74%（02-11）" in text
    assert [one.label for one in answer.buttons[0]] == ["保存", "取消"]
    assert await mine(chat) == []


async def test_it_is_saved_by_a_button_and_its_author_subscribed(chat: Chat) -> None:
    saved = await save(chat, MANY)
    assert "已保存为规则1：新成立时提醒，同一只基金提醒后静默5个交易日，每天最多列10只。" in words(saved)
    assert "已同时为你订阅" in words(saved)
    assert await mine(chat) == [(1, "turnover > 20% on all", RuleState.ACTIVE)]
    subscription = await chat.subscription()
    assert subscription is not None
    assert subscription.active
    told = await chat.store.rules.told_on(date(2025, 2, 11))
    assert {code for _, code in told} >= {"159590", "560850"}


async def test_a_button_saves_once(chat: Chat) -> None:
    press = button(await chat.say(f"/rule {MANY}"), "保存").command
    await chat.say(press)
    assert "已处理过" in words(await chat.say(press))
    assert len(await mine(chat)) == 1


async def test_what_is_cancelled_is_not_saved(chat: Chat) -> None:
    answer = await chat.say(f"/rule {MANY}")
    assert words(await chat.say(button(answer, "取消").command)) == "好的，没有保存。"
    assert "已处理过" in words(await chat.say(button(answer, "保存").command))
    assert await mine(chat) == []


async def test_another_chat_cannot_press_ones_buttons(chat: Chat) -> None:
    press = button(await chat.say(f"/rule {MANY}"), "保存").command
    other = chat.other("x")
    assert "已处理过" in words(await other.say(press))
    assert await mine(other) == await mine(chat) == []


async def test_a_rule_that_holds_nearly_always_is_asked_about_twice(chat: Chat) -> None:
    answer = await chat.say(f"/rule {WIDE}")
    assert "这条规则太宽：过去55.4%的情况下都成立" in words(answer)
    asked = await chat.say(button(answer, "保存").command)
    assert "55%" in words(asked)
    assert await mine(chat) == []
    await chat.say(button(asked, "仍要保存").command)
    assert len(await mine(chat)) == 1


async def test_a_usual_rule_is_not_called_wide(chat: Chat) -> None:
    assert "太宽" not in words(await chat.say(f"/rule {MANY}"))


async def test_an_error_names_the_word_and_its_place(chat: Chat) -> None:
    text = words(await chat.say("/rule 溢价绿 > 3% 且 净流入 > 0"))
    assert "不认识“溢价绿”。" in text
    assert "【溢价绿】 > 3% 且 净流入 > 0" in text
    english = words(await chat.other("en", language="en").say("/rule close > 3%"))
    assert "cannot be compared" in english
    assert "【" in english


@pytest.mark.parametrize("text", ["(", "溢价率", "<b>x</b>", "溢价率 > 3% on 没有这个", "1 2 3", "; ;", "=", "3 ="])
async def test_whatever_is_written_is_answered(chat: Chat, text: str) -> None:
    answer = await chat.say(f"/rule {text}")
    assert words(answer).strip()
    assert "内部错误" not in words(answer)
    assert await mine(chat) == []


async def test_a_rule_on_the_market_is_counted_by_sessions(chat: Chat) -> None:
    text = words(await chat.say("/rule 沪深300 涨跌幅 < -1%"))
    assert "范围：不分基金，只提醒一次" in text
    assert "249个交易日中31日成立" in text
    assert "每天最多列" not in text


async def test_one_who_follows_nothing_is_told_so(chat: Chat) -> None:
    await chat.say("/subscribe")
    subscription = await chat.subscription()
    assert subscription is not None
    lonely = type(subscription)(**{**vars(subscription), "watchlists": frozenset()})
    await chat.store.subscriptions.save(lonely, chat.hour.now())
    text = words(await chat.say("/rule 溢价率 > 3%"))
    assert "你还没有关注基金" in text
    assert "没有足够的数据" in text


async def test_all_rules_are_listed_with_what_has_become_of_them(chat: Chat) -> None:
    assert "还没有规则" in words(await chat.say("/rules"))
    await save(chat, MANY)
    await save(chat, "沪深300 涨跌幅 < -1%")
    await chat.say("/rule 2 暂停")
    listed = await chat.say("我的规则")
    assert said(listed)[:7] == [
        "我的规则（2/20）",
        "规则1：换手率大于20%",
        MANY,
        "新成立时提醒，同一只基金提醒后静默5个交易日，每天最多列10只",
        "规则2：沪深300涨跌幅小于−1%（已暂停）",
        "沪深300 涨跌幅 < -1%",
        "新成立时提醒，提醒后静默5个交易日",
    ]
    assert [one.label for one in listed.buttons[1]] == ["#2 恢复", "#2 编辑", "#2 删除"]


async def test_a_long_list_has_one_button_for_each(chat: Chat) -> None:
    for percent in range(20, 29):
        await save(chat, f"换手率 > {percent}% on all")
    listed = await chat.say("/rules")
    assert [one.command for row in listed.buttons[:2] for one in row] == [f"/rule {n}" for n in range(1, 10)]
    assert button(await chat.say("/rule 9"), "暂停").command == "/rule 9 pause"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("每次", Telling(mode=RuleMode.LEVEL, cooldown_sessions=0)),
        ("level", Telling(mode=RuleMode.LEVEL, cooldown_sessions=0)),
        ("每次 冷却 2", Telling(mode=RuleMode.LEVEL, cooldown_sessions=2)),
        ("冷却5", Telling()),
        ("冷却 9个交易日", Telling(cooldown_sessions=9)),
        ("上限 5只", Telling(daily_cap=5)),
        ("到期 2026-12-31", Telling(expires_on=date(2026, 12, 31))),
        ("到期 无", Telling()),
        ("冷却 3，上限 4", Telling(cooldown_sessions=3, daily_cap=4)),
        ("cooldown 3 cap 4 until 2025-02-12", Telling(cooldown_sessions=3, daily_cap=4, expires_on=date(2025, 2, 12))),
        ("首次", Telling()),
    ],
)
async def test_how_a_rule_is_told_can_be_changed(chat: Chat, text: str, expected: Telling) -> None:
    await save(chat, MANY)
    assert words(await chat.say(f"规则 1 {text}")).startswith("规则1已更新")
    assert await telling(chat) == expected
    await chat.say("规则1首次")
    assert (await telling(chat)).mode is RuleMode.EDGE


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("冷却", "“冷却”后面要写0到250之间的整数。"),
        ("冷却 251", "“冷却”后面要写0到250之间的整数。"),
        ("上限 0", "“上限”后面要写1到50之间的整数。"),
        ("到期 明年", "“到期”后面要写日期，例如2025-12-31，或写“无”。"),
        ("到期 2025-02-30", "“到期”后面要写日期，例如2025-12-31，或写“无”。"),
        ("到期 2025-02-11", "2025-02-11已经过去了。"),
        ("每次 随便", "没看懂“随便”。"),
    ],
)
async def test_what_cannot_be_set_is_named(chat: Chat, text: str, fault: str) -> None:
    await save(chat, MANY)
    assert words(await chat.say(f"规则 1 {text}")).startswith(fault)
    assert await telling(chat) == Telling()


async def test_a_new_rule_may_say_how_it_is_told(chat: Chat) -> None:
    await save(chat, f"{MANY}；每次 上限 3")
    assert await telling(chat) == Telling(mode=RuleMode.LEVEL, cooldown_sessions=0, daily_cap=3)


async def test_another_condition_keeps_number_and_telling(chat: Chat) -> None:
    await save(chat, MANY)
    await chat.say("/rule 1 上限 5")
    assert f"/rule 1 = {MANY}" in words(await chat.say("/rule 1 编辑"))
    answer = await chat.say("规则 1 = 溢价率 > 2% on all")
    assert await mine(chat) == [(1, "turnover > 20% on all", RuleState.ACTIVE)]
    assert "已保存为规则1" in words(await chat.say(button(answer, "替换原条件").command))
    assert await mine(chat) == [(1, "premium_iopv > 2% on all", RuleState.ACTIVE)]
    assert (await telling(chat)).daily_cap == 5


async def test_a_condition_that_begins_with_a_number_is_no_rules_number(chat: Chat) -> None:
    await save(chat, MANY)
    assert "条件：" in words(await chat.say("/rule 1% < 溢价率 < 3% on all"))
    assert "条件：" in words(await chat.say("/rule 3 <= 连涨 on all"))
    assert "条件：" in words(await chat.say("规则 20日净流入 > 1亿 on all"))


async def test_a_rule_is_paused_resumed_deleted_and_taken_back(chat: Chat) -> None:
    await save(chat, MANY)
    for what, state in (("暂停", RuleState.PAUSED), ("resume", RuleState.ACTIVE)):
        await chat.say(f"/rule 1 {what}")
        assert (await mine(chat))[0][2] is state
    gone = await chat.say("/rule 1 删除")
    assert await mine(chat) == []
    await save(chat, "溢价率 > 2% on all")
    assert [one[0] for one in await mine(chat)] == [2]
    await chat.say(button(gone, "撤销删除").command)
    assert [one[0] for one in await mine(chat)] == [1, 2]


async def test_a_number_that_is_not_there_is_said(chat: Chat) -> None:
    for text in ("9", "9 暂停", "9 = 溢价率 > 1%", "9 冷却 3"):
        assert words(await chat.say(f"/rule {text}")) == "没有编号为9的规则。发送“我的规则”查看。"


async def test_a_rule_that_is_over_goes_on_when_its_day_is_moved(chat: Chat) -> None:
    await save(chat, f"{MANY}; 到期 2025-02-12")
    subscription = await chat.subscription()
    assert subscription is not None
    (rule,) = await chat.store.rules.of(subscription.id)
    over = type(rule)(**{**vars(rule), "state": RuleState.EXPIRED})
    await chat.store.rules.change(over, chat.hour.now(), 20)
    assert "（已到期）" in words(await chat.say("/rules"))
    await chat.say("/rule 1 到期 2025-03-01")
    assert await mine(chat) == [(1, "turnover > 20% on all", RuleState.ACTIVE)]
    await chat.store.rules.change(over, chat.hour.now(), 20)
    chat.hour.at = chat.hour.at.replace(month=4)
    await chat.say("/rule 1 恢复")
    assert (await telling(chat)).expires_on is None


async def test_there_is_room_for_so_many(database: object) -> None:
    async with talking(database, **{"rules.max_rules": 1}) as chat:  # type: ignore[arg-type]
        await save(chat, MANY)
        assert words(await save(chat, "溢价率 > 2% on all")) == "规则已满1条，请先删除一条。"
        await chat.say("/rule 1 delete")
        await save(chat, "溢价率 > 2% on all")
        assert words(await chat.say("/rule 1 resume")) == "规则已满1条，请先删除一条。"


async def test_a_share_is_a_word_for_start_and_a_line_to_pass_on(chat: Chat) -> None:
    await save(chat, f"{MANY}; 上限 5")
    text = words(await chat.say("/rule 1 分享"))
    (word,) = re.findall(r"/start (rule_[A-Za-z0-9_-]{1,59})$", text, re.MULTILINE)
    assert f"/rule {MANY}; 上限 5" in text
    assert word in words(await chat.say("/rule 1 share"))
    other = chat.other("friend")
    offered = await other.say(f"/start {word}")
    assert "条件：换手率大于20%" in words(offered)
    await other.say(button(offered, "保存").command)
    assert await mine(other) == [(1, "turnover > 20% on all", RuleState.ACTIVE)]
    assert (await telling(other)).daily_cap == 5
    await chat.say("/rule 1 删除")
    assert words(await other.say(f"/start {word}")) == "这个分享链接已经失效。"


@pytest.mark.parametrize("word", ["rule_", "rule_1", "rule_1_", "rule_1_x", "rule_x_y", f"rule_{'9' * 40}_x"])
async def test_a_link_that_nobody_made_leads_nowhere(chat: Chat, word: str) -> None:
    await save(chat, MANY)
    assert words(await chat.say(f"/start {word}")) == "这个分享链接已经失效。"


async def test_a_channel_with_links_gives_one(chat: Chat) -> None:
    await save(chat, MANY)
    desk = type(chat.desk)(**{**vars(chat.desk), "invite": lambda word: f"https://t.me/etf_bot?start={word}"})
    linked = type(chat)(**{**vars(chat), "answer": type(chat.answer)(desk=desk, registry=chat.answer.registry)})
    assert re.search(
        r"^https://t\.me/etf_bot\?start=rule_\d+_[\w-]{8}$", words(await linked.say("/rule 1 share")), re.MULTILINE
    )


async def test_what_is_exported_can_be_sent_again(chat: Chat) -> None:
    await save(chat, f"{MANY}; 每次 冷却 3 上限 5 到期 2026-12-31")
    await save(chat, "沪深300 涨跌幅 < -1%")
    exported = [one for one in said(await chat.say("/rules 导出")) if one.startswith("/rule ")]
    assert exported == [
        f"/rule {MANY}; 每次 冷却 3 上限 5 到期 2026-12-31",
        "/rule 沪深300 涨跌幅 < -1%",
    ]
    other = chat.other("new phone")
    offered = await other.say("\n".join(exported))
    assert [one.label for row in offered.buttons for one in row] == ["保存第1条", "保存第2条"]
    for row in offered.buttons:
        for one in row:
            await other.say(one.command)
    assert [one[1] for one in await mine(other)] == [one[1] for one in await mine(chat)]
    assert [await telling(other, n) for n in (1, 2)] == [await telling(chat, n) for n in (1, 2)]


async def test_of_several_lines_the_wrong_ones_are_named(chat: Chat) -> None:
    offered = await chat.say(f"规则 {MANY}\n规则 溢价绿 > 1%")
    assert "不认识“溢价绿”" in words(offered)
    assert len([one for row in offered.buttons for one in row]) == 1


async def test_every_button_fits_into_telegram(chat: Chat) -> None:
    answers = [await chat.say(f"/rule {MANY}"), await save(chat, WIDE.replace("> 0", "> 100亿"))]
    answers += [await chat.say(text) for text in ("/rules", "/rule 1", "/rule 1 share", "/rule", f"/rule {WIDE}")]
    commands = [one.command for each in answers for row in each.buttons for one in row]
    assert commands
    assert max(len(f"c|{one}".encode()) for one in commands) <= 64


async def test_without_a_condition_the_way_is_shown_and_every_example_is_a_rule(chat: Chat) -> None:
    for one in (chat, chat.other("en", language="en")):
        examples = [each.removeprefix("/rule ") for each in said(await one.say("/rule")) if each.startswith("/rule ")]
        assert len(examples) == 4
        for each in examples:
            answer = await one.say(f"/rule {each}")
            assert answer.buttons[0][0].command.startswith("/rule save "), each


async def test_english_readers_get_english(chat: Chat) -> None:
    english = chat.other("en", language="en")
    answer = await english.say("rule turnover > 20% on all")
    text = words(answer)
    assert "Condition: turnover is above 20%" in text
    assert "From 2024-01-24 to 2025-02-11 it held" in text
    await english.say(answer.buttons[0][0].command)
    assert "told when it begins to hold" in words(await english.say("rules"))


async def test_old_trials_are_forgotten(chat: Chat) -> None:
    first = button(await chat.say(f"/rule {MANY}"), "保存").command
    for _ in range(DRAFTS_KEPT):
        await chat.say("/rule 沪深300 涨跌幅 < -1%")
    assert "已处理过或已过期" in words(await chat.say(first))


async def test_a_long_window_is_tried_out_on_as_many_sessions(chat: Chat) -> None:
    text = words(await chat.say("/rule 收盘价 > 近200日平均收盘价 on 宽基"))
    assert "2024-01-24至2025-02-11" in text
