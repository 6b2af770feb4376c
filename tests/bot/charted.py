"""Charts of the demo market and of small made ones, for the tests of pictures."""

from datetime import date
from functools import cache

from bot.messages.names import Named
from bot.messages.sentences import Teller
from bot.pictures.fund import fund_chart
from bot.pictures.timeline import Bars, Candles, Curve, Timeline
from bot.preferences import Colours
from bot.subscriptions import Language
from signals.core.panel import Panel
from tests.bot.test_demo_source import known
from tests.builders import Market, market

FUND = "560850"
MORNING = "2025-02-12 09:20"


def teller(panel: Panel, language: Language = Language.ZH) -> Teller:
    return Teller(language, {}, date(2025, 2, 12), Named(panel.profiles))


def charted(panel: Panel, code: str = FUND, colours: Colours = Colours.RED_UP) -> Timeline:
    chart = fund_chart(panel, code, teller(panel), colours)
    assert chart is not None
    return chart


@cache
def of_demo(code: str = FUND, language: Language = Language.ZH, colours: Colours = Colours.RED_UP) -> Timeline:
    panel = known(MORNING)
    chart = fund_chart(panel, code, teller(panel, language), colours)
    assert chart is not None
    return chart


def candles(chart: Timeline) -> Candles:
    (found,) = [one.marks for one in chart.panes if isinstance(one.marks, Candles)]
    return found


def bars(chart: Timeline) -> Bars:
    (found,) = [one.marks for one in chart.panes if isinstance(one.marks, Bars)]
    return found


def curve(chart: Timeline) -> Curve:
    (found,) = [one.marks for one in chart.panes if isinstance(one.marks, Curve)]
    return found


def flowing(*millions: float | None) -> Market:
    """A fund at 1.00元 into which so many million 元 flow on each session after the first."""
    counts, count = [1e9], 1e9
    told: list[float | None] = [1e9]
    for one in millions:
        count += 0.0 if one is None else one * 1e6
        counts.append(count)
        told.append(None if one is None else count)
    days = len(told)
    return market(days=days).fund(FUND, words={"name": "信创50ETF"}, close=1.0, volume=1e6, shares=told, nav=1.0)
