"""The market in a few lines: indices and margin trading, each figure with its date, nothing that is not known."""

from datetime import timedelta

import pytest

from bot.messages.digest import DigestLimits, DigestWriter, Edition
from bot.messages.market import index_lines, margin_lines
from bot.messages.model import Line, Style
from bot.messages.sentences import Teller
from bot.messages.wishes import DigestWishes
from bot.subscriptions import Language
from signals.core.panel import Panel
from signals.core.snapshot import Dataset
from tests.bot.test_demo_source import known
from tests.builders import LAST_DAY, Series, market, moment, snapshot
from tests.commands.said import holds_figures, is_dated, said

ZH, EN = (Teller(language, {}, LAST_DAY) for language in Language)
EVENING = "2025-02-11 18:21"
B = 9e11


def balances(*financing: float | None, start: float = B) -> Series:
    """Balances by their distance from a start, 亿元."""
    return [None if one is None else start + one * 1e8 for one in financing]


def both(sse: Series, szse: Series, days: int) -> Panel:
    world = market(days)
    for exchange, series in (("SSE", sse), ("SZSE", szse)):
        short = [None if one is None else 1e9 for one in series]
        total = [None if one is None else one + 1e9 for one in series]
        world = world.margin(exchange, financing=series, short=short, total=total)
    return world.panel()


def margin(panel: Panel, teller: Teller = ZH) -> list[str]:
    return [one.text for one in margin_lines(panel, teller, LAST_DAY)]


def indices(panel: Panel, teller: Teller = ZH) -> list[str]:
    return [one.text for one in index_lines(panel, teller)]


def move(one: Line) -> Style:
    return next(span.style for span in one.spans if "%" in span.text)


RISING = balances(0, 10, 30, 60)


def test_the_evening_of_the_reference_day_is_that_of_the_domain() -> None:
    assert (
        margin(known(EVENING))
        == """\
沪深两市融资融券
融资余额18253.72亿元，较上一交易日+190.57亿元（02-10）
融资余额连续4日增加：+197.97亿元（02-05）、+146.06亿元（02-06）、+108.76亿元（02-07）、+190.57亿元（02-10），合计+643.36亿元（02-10）
融资融券余额18360.06亿元（02-10）
两融口径：沪深两市合计，不含北交所""".splitlines()
    )


def test_the_same_in_english() -> None:
    title, balance, streak, total, scope = margin(known(EVENING), EN)
    assert title == "Margin trading, SSE + SZSE"
    assert balance == "financing balance CNY 1,825.37bn, +CNY 19.06bn on the session before (02-10)"
    assert streak.startswith("financing balance up 4 sessions in a row: +CNY 19.80bn (02-05), +CNY 14.61bn (02-06), ")
    assert streak.endswith("+CNY 10.88bn (02-07), +CNY 19.06bn (02-10), +CNY 64.34bn in all (02-10)")
    assert total == "margin balance (financing + short) CNY 1,836.01bn (02-10)"
    assert scope == "Margin figures are SSE + SZSE, without BSE"


def test_the_indices_of_the_reference_day_fell_together_and_are_dated() -> None:
    together, *each = index_lines(known(EVENING), ZH)
    assert together.text == "三大指数集体回调（02-11）"
    assert {move(one) for one in each} == {Style.DOWN}
    assert [one.text.split()[0] for one in each[:4]] == ["上证指数", "深证成指", "创业板指", "沪深300"]
    assert each[0].text == "上证指数 3318.06 −0.12%（02-11）"
    assert indices(known(EVENING), EN)[:2] == [
        "All three main indices fell (02-11)",
        "SSE Composite 3318.06 −0.12% (02-11)",
    ]


@pytest.mark.parametrize(
    ("closes", "expected"),
    [
        ([(100.0, 101.0), (100.0, 102.0), (100.0, 103.0)], "三大指数集体上涨（02-11）"),
        ([(100.0, 101.0), (100.0, 99.0), (100.0, 103.0)], None),
        ([(100.0, 101.0), (100.0, 100.0), (100.0, 103.0)], None),
        ([(100.0, 101.0), (100.0, 102.0)], None),
        ([(100.0, 101.0, None), (100.0, 102.0, 103.0), (100.0, 103.0, 104.0)], None),
    ],
)
def test_the_main_three_moved_together_only_if_all_of_them_did_on_one_session(
    closes: list[tuple[float, ...]], expected: str | None
) -> None:
    world = market(3)
    for code, series in zip(("000001", "399001", "399006"), closes, strict=False):
        world = world.index(code, series)
    assert ([one for one in indices(world.panel()) if "三大指数" in one] or [None])[0] == expected


@pytest.mark.parametrize("teller", [ZH, EN])
@pytest.mark.parametrize("asof", [EVENING, "2025-02-12 08:30", "2025-02-12 09:20"])
def test_every_line_with_a_figure_is_dated(teller: Teller, asof: str) -> None:
    lines = [*index_lines(known(asof), teller), *margin_lines(known(asof), teller, LAST_DAY)]
    assert len(lines) > 8
    assert [one.text for one in lines if holds_figures(one.text) and not is_dated(one.text, teller.language)] == []


def test_an_index_without_a_name_is_not_shown() -> None:
    panel = market(3).index("931247", [100.0, 101.0, 102.0]).index("000300", [100.0, 101.0, 102.0]).panel()
    assert indices(panel) == ["沪深300 102.00 +0.99%（02-11）"]


def test_an_index_on_its_first_session_has_no_change_and_is_not_shown() -> None:
    assert indices(market(1).index("000300", 100.0).panel()) == []


@pytest.mark.parametrize(
    ("closes", "style", "change"),
    [
        ([100.0, 101.0], Style.UP, "+1.00%"),
        ([100.0, 99.0], Style.DOWN, "−1.00%"),
        ([100.0, 100.0], Style.PLAIN, "0.00%"),
    ],
)
def test_a_move_has_the_colour_of_its_sign(closes: list[float], style: Style, change: str) -> None:
    (line,) = index_lines(market(2).index("000300", closes).panel(), ZH)
    assert change in line.text
    assert move(line) is style


def test_indices_that_are_late_show_the_session_they_are_of() -> None:
    panel = market(3).index("000300", [100.0, 101.0, None]).fund("510300", close=3.9).panel()
    assert indices(panel) == ["沪深300 101.00 +1.00%（02-10）"]


def test_a_streak_is_told_step_by_step() -> None:
    rising = balances(5, 0, 10, 30)
    lines = margin(both(rising, rising, 4))
    assert lines[1] == "融资余额18060.00亿元，较上一交易日+40.00亿元（02-11）"
    assert lines[2] == "融资余额连续2日增加：+20.00亿元（02-10）、+40.00亿元（02-11），合计+60.00亿元（02-11）"


def test_a_fall_is_told_as_one() -> None:
    falling = balances(10, 20, 10, 5)
    lines = margin(both(falling, falling, 4))
    assert lines[1] == "融资余额18010.00亿元，较上一交易日−10.00亿元（02-11）"
    assert lines[2] == "融资余额连续2日减少：−20.00亿元（02-10）、−10.00亿元（02-11），合计−30.00亿元（02-11）"


def test_one_move_is_no_streak() -> None:
    turning = balances(10, 0, 10)
    assert not [one for one in margin(both(turning, turning, 3)) if "连续" in one]


def test_only_the_last_five_steps_of_a_long_streak_are_listed() -> None:
    long = balances(5, *range(9))
    line = margin(both(long, long, 10))[2]
    assert "连续8日增加：… " in line
    assert line.count("+2.00亿元") == 5
    assert "合计+16.00亿元" in line


@pytest.mark.parametrize("teller", [ZH, EN])
def test_a_streak_that_reaches_back_to_the_first_figure_says_so(teller: Teller) -> None:
    words = teller.words.text("open-start")
    assert words in margin(both(RISING, RISING, 4), teller)[2]
    after_a_fall = balances(5, 0, 10, 30)
    assert words not in margin(both(after_a_fall, after_a_fall, 4), teller)[2]


@pytest.mark.parametrize("teller", [ZH, EN])
def test_a_streak_over_sessions_that_are_not_known_says_how_many(teller: Teller) -> None:
    holed, whole = balances(10, 0, 10, None, 40, 50), balances(10, 0, 10, 20, 40, 50)
    words = teller.words.text("gaps", days="2")
    assert words in margin(both(holed, holed, 6), teller)[2]
    assert words not in margin(both(whole, whole, 6), teller)[2]


def test_one_exchange_alone_is_no_figure_of_its_session() -> None:
    lines = margin(both(RISING, balances(0, 10, 30, None), 4))
    assert lines[1] == "融资余额18060.00亿元，较上一交易日+40.00亿元（02-10）"
    assert not [one for one in lines if "02-11" in one]
    assert "融资融券余额18080.00亿元（02-10）" in lines


def test_a_balance_after_an_unknown_one_is_told_without_a_change() -> None:
    holed = balances(0, 10, None, 60)
    lines = margin(both(holed, holed, 4))
    assert lines[1] == "融资余额18120.00亿元（02-11）"
    assert lines[-1] == "两融口径：沪深两市合计，不含北交所"


@pytest.mark.parametrize(
    ("teller", "words"), [(ZH, "暂无两市融资融券数据"), (EN, "no margin figures of both exchanges")]
)
def test_nothing_known_is_said_to_be(teller: Teller, words: str) -> None:
    assert words in margin(market(3).panel(), teller)[0]
    assert words in margin(both(RISING, [None] * 4, 4), teller)[0]


def test_margin_of_long_ago_is_not_shown_as_the_latest() -> None:
    old = [*balances(0, 10, 30), *[None] * 8]
    assert margin(both(old, old, 11)) == margin(market(3).panel())


def test_figures_that_will_be_revised_are_marked_in_every_line() -> None:
    world = market(4).margin("SSE", financing=RISING).margin("SZSE", financing=RISING)
    soft = [
        snapshot(
            Dataset.MARGIN,
            LAST_DAY,
            {exchange: {"financing": B + 70e8}},
            scope=exchange,
            provisional=True,
            known_at=moment(LAST_DAY + timedelta(days=2)),
        )
        for exchange in ("SSE", "SZSE")
    ]
    lines = margin(world.panel(*soft))
    assert lines[1].endswith("（02-11，暂估）")
    assert lines[2].endswith("（02-11，暂估）")


def note(panel: Panel) -> list[str]:
    made = DigestWriter(panel, {}, DigestLimits(), today=LAST_DAY)
    return said(made.write(Edition.EVENING, DigestWishes(funds=frozenset({"560850", "159590"}))))


def test_margin_of_one_exchange_is_still_missing_from_the_note() -> None:
    world = market(4).fund("560850", close=1.2, nav=1.2, shares=1e8).margin("SSE", financing=RISING)
    assert "02-11两融（深）" in note(world.margin("SZSE", financing=balances(0, 10, 30, None)).panel())
    assert not [one for one in note(world.margin("SZSE", financing=RISING).panel()) if "02-11两融" in one]


@pytest.mark.parametrize(("late", "name"), [("560850", "沪"), ("159590", "深")])
def test_an_exchange_that_is_late_with_shares_is_named(late: str, name: str) -> None:
    world = market(3)
    for code in ("560850", "159590"):
        world = world.fund(code, close=1.2, nav=1.2, shares=[1e8, 1e8, None if code == late else 1e8])
    assert f"02-11份额（{name}）" in note(world.panel())


def test_what_nobody_has_ever_published_is_not_called_late() -> None:
    assert "尚未公布" not in note(market(3).fund("560850", close=1.2).panel())
