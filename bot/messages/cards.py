"""What is known of one fund, in a few lines: the body of a digest entry and of `/etf`."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

import numpy as np

from bot.messages.constituents import hood_lines
from bot.messages.figures import day_text, figure_text
from bot.messages.model import Line, Span, Style, line, muted
from bot.messages.names import Named
from bot.messages.sentences import Teller
from signals.core.corporate import counted_shares
from signals.core.field import SHARES, Axis, Unit
from signals.core.flows import FLOW, FLOW_60
from signals.core.measure import Figure
from signals.core.panel import Panel
from signals.core.peers import RANK_SIZES, RANKS, alive
from signals.core.prices import (
    CHANGE,
    CLOSE_PRICE,
    DOWN_STREAK,
    TRADED_VALUE,
    TURNOVER,
    UP_STREAK,
    shares_on_price_scale,
    traded,
)
from signals.core.quantity import Quantity
from signals.core.signal import Signal
from signals.core.sizes import AUM, AUM_CHANGE_MONTH, SHARE_GROWTH_YTD, without_year_base
from signals.core.themes import Theme
from signals.core.values import PREMIUM_IOPV, PREMIUM_LATEST_NAV

_LONG_FLOW_SESSIONS = 60
_LEAST_STREAK = 2
_MOST_OF_INDEX = 3
"""Sentences on a fund's index."""


class FundCard:
    """The lines of one fund, as a panel knows it."""

    def __init__(self, panel: Panel, teller: Teller, subject: str, today: date, themes: Collection[Theme] = ()) -> None:
        self._panel = panel
        self._teller = teller
        self._code = subject
        self._today = today
        self._themes = themes
        self._words = teller.words
        self._column = panel.column(Axis.FUND, subject)
        self._named = Named(panel.profiles)

    def head(self) -> Line:
        """Name, code, close and change."""
        return line(*self._named.spans(self._code), *self._price())

    def brief(self) -> Line:
        """Name, code, change and the newest flow in one line."""
        flow = self._figure(FLOW)
        said = self._teller.flow(flow) + self._teller.dated(flow.day, [flow]) if flow else ""
        tail = self._words.text("fund-brief-flow", flow=said) if said else ""
        return line(*self._named.spans(self._code, loud=False), *self._price(), tail)

    def points(self, told: Collection[Figure] = ()) -> list[Line]:
        """Trading, premium, money, size: one point each; what is unknown is left out or said to be.

        Figures that were `told` above are not repeated.
        """
        made = (self._trading(told), self._premium(told), self._flow(told), self._size(told), self._growth(told))
        return [line(text, indent=1) for text in made if text]

    def streak(self) -> Line | None:
        """The streak of closes in force, if it is one."""
        for quantity, key in ((UP_STREAK, "fund-streak-up"), (DOWN_STREAK, "fund-streak-down")):
            days = self._figure(quantity)
            if days is not None and days.value >= _LEAST_STREAK:
                said = self._words.text(key, days=f"{days.value:.0f}")
                return line(said + self._teller.dated(days.day, []), indent=1)
        return None

    def index(self) -> Line | None:
        """The index that the fund tracks."""
        profile = self._panel.profiles[self._code]
        known = self._words.index(profile.index_key, profile.index_name)
        name = " ".join(dict.fromkeys(filter(None, (known, profile.index_key))))
        return line(muted(self._words.text("fund-index", index=name)), indent=1) if name else None

    def hood(self, signals: Mapping[str, Sequence[Signal]] | None = None) -> list[Line]:
        """What is seen of its index (`signals` by index), which constituents stood out, and the themes that it leads."""
        key = self._panel.profiles[self._code].index_key
        seen = [line(self._teller.sentence(one), indent=1) for one in (signals or {}).get(key, ())[:_MOST_OF_INDEX]]
        return [*seen, *hood_lines(self._panel, self._teller, key, self._today, self._themes)]

    def _figure(self, quantity: Quantity) -> Figure | None:
        return quantity.figure(self._panel, self._code)

    def _rank(self, name: str) -> str:
        return self._teller.rank(self._figure(RANKS[name]), self._figure(RANK_SIZES[name]))

    def _price(self) -> Iterator[Span]:
        """Close and change; or that the fund did not trade on the newest session its exchange has told of."""
        row = int(self._panel.derive(CLOSE_PRICE.newest_rows)[self._column])
        if row < 0 or not self._panel.derive(alive)[row, self._column]:
            return
        day = self._panel.sessions[row]
        if not self._panel.derive(traded)[row, self._column]:
            yield muted("  " + self._words.text("fund-not-traded") + self._teller.dated(day, []))
            return
        close, change = self._figure(CLOSE_PRICE), self._figure(CHANGE)
        figures = [one for one in (close, change) if one is not None]
        for figure in figures:
            yield Span(("  " if figure is close else " ") + figure_text(figure, self._teller.language), _style(figure))
        yield muted(self._teller.dated(day, figures))

    def _trading(self, told: Collection[Figure]) -> str:
        amount, turnover = self._figure(TRADED_VALUE), self._figure(TURNOVER)
        if amount is None or (amount in told and turnover in told):
            return ""
        value = figure_text(amount, self._teller.language)
        if turnover is None or turnover in told or turnover.day != amount.day:
            return self._words.text("fund-trading-amount", amount=value) + self._teller.dated(amount.day, [amount])
        said = self._words.text(
            "fund-trading",
            amount=value,
            turnover=figure_text(turnover, self._teller.language),
            rank=self._rank("turnover"),
        )
        return said + self._shares_of(turnover.day) + self._teller.dated(turnover.day, [amount, turnover])

    def _shares_of(self, day: date) -> str:
        """Which count the turnover is over, where that is not the session's own."""
        _, counts = self._panel.derive(shares_on_price_scale)
        own = self._panel.figure(counts, self._panel.row(day), self._column).day
        return "" if own == day else self._words.text("fund-since-shares", day=day_text(own, self._today))

    def _premium(self, told: Collection[Figure]) -> str:
        over_iopv = self._figure(PREMIUM_IOPV)
        if over_iopv in told:
            return ""
        if over_iopv is not None:
            value = figure_text(over_iopv, self._teller.language)
            said = self._words.text("fund-premium", premium=value, rank=self._rank("premium"))
            return said + self._teller.dated(over_iopv.day, [over_iopv])
        over_nav = self._figure(PREMIUM_LATEST_NAV)
        return "" if over_nav is None else self._premium_over_nav(over_nav)

    def _premium_over_nav(self, premium: Figure) -> str:
        """The figure is dated by its NAV; the price is that of the newest session."""
        priced = self._panel.sessions[self._panel.derive(PREMIUM_LATEST_NAV.newest_rows)[self._column]]
        value = figure_text(premium, self._teller.language)
        if premium.day == priced:
            said = self._words.text("fund-premium-nav", premium=value)
        else:
            said = self._words.text("fund-premium-nav-of", premium=value, day=day_text(premium.day, self._today))
        return said + self._teller.dated(priced, [premium])

    def _flow(self, told: Collection[Figure]) -> str:
        flow, total = self._figure(FLOW), self._figure(FLOW_60)
        if flow is None:
            return self._unknown()
        news = [one for one in (flow, total) if one is not None and one not in told]
        if not news:
            return ""
        values = {"days": str(_LONG_FLOW_SESSIONS), "total": self._teller.flow(total) if total else ""}
        if flow not in told:
            rank = self._rank("flow") if flow.value > 0 else ""
            values |= {"flow": self._teller.flow(flow), "rank": rank}
        key = "fund-flow-long" if len(news) > 1 else "fund-flow" if flow in news else "fund-flow-total"
        return self._words.text(key, **values) + self._teller.dated(flow.day, news)

    def _unknown(self) -> str:
        """Why there is no flow: the count is not out, or what stands beside it does not settle it."""
        row = int(self._panel.derive(FLOW.newest_rows)[self._column])
        if row < 0:
            return self._words.text("fund-flow-never")
        counted = np.isfinite(self._panel.derive(counted_shares)[row, self._column])
        key = "fund-flow-unsettled" if counted else "fund-flow-unknown"
        return self._words.text(key, day=day_text(self._panel.sessions[row], self._today))

    def _size(self, told: Collection[Figure]) -> str:
        aum, change = self._figure(AUM), self._figure(AUM_CHANGE_MONTH)
        news = [one for one in (aum, change) if one is not None and one not in told]
        if aum is None or not news:
            return ""
        values = {"aum": figure_text(aum, self._teller.language), "rank": self._rank("aum")}
        if change is not None:
            values["change"] = figure_text(change, self._teller.language)
        key = "fund-aum-month" if len(news) > 1 else "fund-aum" if aum in news else "fund-aum-change"
        return self._words.text(key, **values) + self._teller.dated(aum.day, news)

    def _growth(self, told: Collection[Figure]) -> str:
        growth = self._figure(SHARE_GROWTH_YTD)
        if growth in told:
            return ""
        if growth is not None:
            value = figure_text(growth, self._teller.language)
            said = self._words.text("fund-growth", growth=value, rank=self._rank("share_growth"))
            return said + self._teller.dated(growth.day, [growth])
        counted = bool((self._panel.values(SHARES)[:, self._column] > 0).any())
        new = counted and self._panel.derive(without_year_base)[-1, self._column]
        return self._words.text("fund-no-year-base") if new else ""


def _style(figure: Figure) -> Style:
    if figure.unit is not Unit.MOVE or not figure.value:
        return Style.PLAIN
    return Style.UP if figure.value > 0 else Style.DOWN
