"""Ask: a fund's card, margin, ranks, signals and the digest, on the demo market of the reference day."""

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.messages.model import Message, Picture
from bot.pictures.studio import Studio
from bot.preferences import Colours
from bot.subscriptions import Language
from signals.core.peers import RANKED
from tests.commands.demo import EVENING, MORNING, Chat
from tests.commands.said import said, undated, words

pytestmark = pytest.mark.anyio

FUND = "560850"
RANK_WORDS = ["溢价", "换手", "净流入", "份额增长", "规模"]


def commands(message: Message) -> list[str]:
    return [button.command for row in message.buttons for button in row]


def column(message: Message, place: int) -> list[str]:
    """One column of the only table of a message, without its head."""
    (table,) = [block for block in message.blocks if hasattr(block, "rows")]
    return [row[place].text for row in table.rows]


@pytest.mark.parametrize("asked", [FUND, f"/etf {FUND}", f"查询{FUND}", f"查询 {FUND}", "信创50ETF", "５６０８５０"])
async def test_a_fund_is_told_on_a_card(chat: Chat, asked: str) -> None:
    lines = said(await chat.say(asked))
    assert lines[:2] == ["信创50ETF 560850  1.430 −1.31%（02-11）", "跟踪指数：中证信创 931247"]
    assert "6连涨（按净值）后首次回调：此前累计+24.60%（02-10），当日−1.38%（02-11）" in lines
    assert "成交额5956万元，换手率30.83%，高居同类第一（共3只）（02-11）" in lines
    assert "收盘溢价率0.56%（IOPV），高居同类第一（共3只）（02-11）" in lines
    assert lines[-2] == "当前为演示数据，由程序生成，不是真实行情。"


async def test_a_card_is_told_in_english(chat: Chat) -> None:
    english = chat.other("2", language="en")
    answer = await english.say("etf 560850")
    assert said(answer)[0] == "信创50ETF 560850  1.430 −1.31% (02-11)"
    assert "CNY 59.56m traded, turnover 30.83%, first of 3 on its index (02-11)" in said(answer)
    assert undated(answer, Language.EN) == ["tracks CSI IT Application Innovation 931247"]


async def test_a_card_has_a_picture_under_its_words(chat: Chat) -> None:
    answer = await chat.say(FUND)
    picture = answer.blocks[-1]
    assert isinstance(picture, Picture)
    assert picture.alt == "图：信创50ETF近120个交易日的收盘价、日净流入、收盘溢价率（IOPV）"
    assert picture.size[0] == 1080
    assert picture.dark.startswith(b"\x89PNG")
    again = (await chat.say(FUND)).blocks[-1]
    assert isinstance(again, Picture)
    assert again.png is picture.png, "it is kept"


async def test_margin_has_a_picture_under_its_words(chat: Chat) -> None:
    picture = (await chat.say("两融")).blocks[-1]
    assert isinstance(picture, Picture)
    assert picture.alt == "图：近120个交易日的沪深两市融资余额与日变动"


async def test_pictures_are_as_the_reader_wants_them(chat: Chat) -> None:
    usual = (await chat.say(FUND)).blocks[-1]
    await chat.say("订阅")
    subscription = await chat.subscription()
    assert subscription is not None
    await chat.store.subscriptions.save(replace(subscription, dark_pictures=True, colours=Colours.GREEN_UP), MORNING)
    chosen = (await chat.say(FUND)).blocks[-1]
    assert isinstance(usual, Picture)
    assert isinstance(chosen, Picture)
    assert chosen.png == chosen.dark
    assert chosen.dark != usual.dark, "a rise is green"


async def test_a_card_does_not_wait_for_its_picture_for_ever(chat: Chat) -> None:
    hurried = replace(chat, answer=replace(chat.answer, desk=replace(chat.desk, studio=Studio(wait_seconds=0.0))))
    with capture_logs() as logs:
        answers = [await hurried.say(FUND) for _ in range(2)]
    assert [one["event"] for one in logs if one["log_level"] == "warning"] == ["a picture takes too long"]
    for answer in answers:
        assert said(answer)[-1] == "当前为演示数据，由程序生成，不是真实行情。"
        assert commands(answer) == [f"/watch {FUND}"]


async def test_every_figure_of_a_card_bears_its_date_and_an_index_is_none(chat: Chat) -> None:
    assert undated(await chat.say(FUND), Language.ZH) == ["跟踪指数：中证信创 931247"]


async def test_a_card_offers_to_watch_or_to_stop_watching(chat: Chat) -> None:
    assert commands(await chat.say(FUND)) == [f"/watch {FUND}"]
    await chat.say(f"关注 {FUND}")
    assert commands(await chat.say(FUND)) == [f"/unwatch {FUND}"]


async def test_asking_for_no_fund_says_how_to_ask(chat: Chat) -> None:
    assert said(await chat.say("查询")) == ["要查哪只基金？例如：查询 560850"]


@pytest.mark.parametrize("word", ["599999", "你好", "hello"])
async def test_an_unknown_fund_is_named(chat: Chat, word: str) -> None:
    (line,) = said(await chat.say(word))
    assert line.startswith(f"没有找到“{word}”。")


async def test_a_word_that_several_funds_hold_lists_them(chat: Chat) -> None:
    (line,) = said(await chat.say("软件"))
    assert line == "“软件”可能是：软件50ETF 159590、软件指数ETF 159899、软件ETF 515230。请选一只，或发送代码。"


async def test_a_word_of_very_many_funds_tells_how_many(chat: Chat) -> None:
    (line,) = said(await chat.say("创"))
    panel = await chat.desk.panels.latest(chat.hour.at, chat.hour.at.date())
    fits = [one for one in panel.profiles.values() if one.name != one.code and "创" in f"{one.name} {one.index_name}"]
    assert f"匹配{len(fits)}只基金" in line
    assert sum(f"{one.name} {one.code}" in line for one in fits) == 8


async def test_the_exact_name_of_a_fund_means_it_and_no_longer_one(chat: Chat) -> None:
    assert said(await chat.say("信创ETF"))[0].startswith("信创ETF 562570")


async def test_a_fund_of_which_only_the_index_is_known_is_not_meant_by_a_word(chat: Chat) -> None:
    panel = await chat.desk.panels.latest(chat.hour.at, chat.hour.at.date())
    nameless = [one for one in panel.profiles.values() if one.name == one.code]
    assert nameless, "the index map knows funds that the demo market has not"
    assert nameless[0].code not in words(await chat.say(nameless[0].index_name))
    assert said(await chat.say(nameless[0].code))[0].count(nameless[0].code) == 1


async def test_margin_is_told_with_its_streak_and_its_scope(chat: Chat) -> None:
    lines = said(await chat.say("两融"))
    assert lines[0] == "市场与两融 〔演示数据〕"
    assert "融资余额18266.31亿元，较上一交易日+12.59亿元（02-11）" in lines
    assert any("连续5日增加" in one and one.endswith("合计+655.95亿元（02-11）") for one in lines)
    assert lines[-2] == "两融口径：沪深两市合计，不含北交所"


async def test_margin_of_an_evening_is_the_day_before(chat: Chat) -> None:
    chat.hour.at = EVENING
    text = words(await chat.say("margin"))
    assert "（02-10）" in text
    assert "18266.31" not in text


async def test_the_ranking_is_by_inflow_unless_told_otherwise(chat: Chat) -> None:
    answer = await chat.say("排行")
    assert "净流入" in said(answer)[0]
    assert column(answer, 2)[:2] == ["159919", "510300"]
    assert column(answer, 0) == [str(place) for place in range(1, 11)]


@pytest.mark.parametrize(
    ("word", "what"),
    [
        *zip(RANK_WORDS, ["收盘溢价率", "换手率", "净流入", "份额增长", "规模"], strict=True),
        ("PREMIUM", "收盘溢价率"),
        ("size", "规模"),
        ("growth", "份额增长"),
        ("换手率", "换手率"),
    ],
)
async def test_a_ranking_is_asked_for_in_words_of_both_languages(chat: Chat, word: str, what: str) -> None:
    answer = await chat.say(f"rank {word}")
    assert what in said(answer)[0]
    figures = [float(one.rstrip("%万亿元")) * (1e4 if "亿" in one else 1) for one in column(answer, 3)]
    assert figures == sorted(figures, reverse=True)


async def test_a_ranking_is_asked_for_without_a_blank(chat: Chat) -> None:
    assert said(await chat.say("排行换手"))[0] == said(await chat.say("/rank turnover"))[0]


async def test_a_ranking_offers_every_other_one_and_each_can_be_pressed(chat: Chat) -> None:
    offered = commands(await chat.say("排行 规模"))
    assert offered == [f"/rank {name}" for name in RANKED if name != "aum"]
    titles = {said(await chat.say(one))[0] for one in offered}
    assert len(titles) == len(offered)


async def test_an_unknown_ranking_is_named_with_what_there_is(chat: Chat) -> None:
    assert said(await chat.say("排行 foo")) == [f"不能按“foo”排行，可选：{'、'.join(RANK_WORDS)}"]


async def test_a_ranking_before_anything_is_known_says_so(chat: Chat) -> None:
    chat.hour.at = chat.hour.at.replace(year=2019)
    (line,) = said(await chat.say("排行"))
    assert not any(digit in line for digit in "0123456789")


async def test_a_digest_is_told_at_once_with_what_one_watches(chat: Chat) -> None:
    await chat.say(f"关注 {FUND}")
    text = words(await chat.say("日报"))
    assert text.startswith("ETF资金日报 2025-02-11（周二） 〔演示数据〕\n数据截至 02-12 09:20")
    assert "信创50ETF 560850" in text.split("我的关注")[1].split("全市场看点")[0]


async def test_a_stranger_may_read_the_digest_too(chat: Chat) -> None:
    assert "还没有关注的基金" in words(await chat.say("/digest"))


async def test_signals_are_listed_by_title_and_name(chat: Chat) -> None:
    lines = said(await chat.say("信号"))
    detectors = chat.desk.world.detectors
    assert lines[1 : len(detectors) + 1] == [f"{one.title.zh} {one.name}" for one in detectors.values()]


@pytest.mark.parametrize(
    "asked", ["信号 连续净流入", "signals inflow_streak", "信号 INFLOW_STREAK", "signals inflow streak"]
)
async def test_a_signal_is_explained_with_its_settings(chat: Chat, asked: str) -> None:
    lines = said(await chat.say(asked))
    assert lines[0] == "连续净流入"
    assert "一级市场净申购" in lines[1]
    assert "min_days = 3" in lines


async def test_an_unknown_signal_is_named_whole(chat: Chat) -> None:
    assert said(await chat.say("信号 no such thing")) == ["没有叫“no such thing”的信号，发送“信号”查看全部。"]
