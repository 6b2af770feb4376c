"""What is known of one fund, in a few lines: the body of a digest entry and of `/etf`."""

from collections.abc import Collection, Iterator
from datetime import date

from bot.messages.figures import day_text, figure_text
from bot.messages.model import Line, Span, Style, code, line, muted, strong
from bot.messages.sentences import Teller
from signals.core.field import SHARES, Axis, Field
from signals.core.flows import FLOW, FLOW_60
from signals.core.measure import Figure
from signals.core.panel import Panel
from signals.core.peers import RANK_SIZES, RANKS
from signals.core.prices import (
    CHANGE,
    CLOSE_PRICE,
    DOWN_STREAK,
    TRADED_VALUE,
    TURNOVER,
    UP_STREAK,
    shares_on_price_scale,
)
from signals.core.quantity import Quantity
from signals.core.sizes import AUM, AUM_CHANGE_MONTH, SHARE_GROWTH_YTD, without_year_base
from signals.core.values import PREMIUM_IOPV, PREMIUM_LATEST_NAV

_LONG_FLOW_SESSIONS = 60
_LEAST_STREAK = 2


class FundCard:
    """The lines of one fund, as a panel knows it."""

    def __init__(self, panel: Panel, teller: Teller, subject: str, today: date) -> None:
        self._panel = panel
        self._teller = teller
        self._code = subject
        self._today = today
        self._words = teller.words

    def head(self) -> Line:
        """Name, code, close and change."""
        profile = self._panel.profiles[self._code]
        return line(strong(profile.name), " ", code(self._code), "  ", *self._price())

    def brief(self) -> Line:
        """Name, code, change and the newest flow in one line."""
        flow = self._figure(FLOW)
        said = self._teller.flow(flow) + self._teller.dated(flow.day, [flow]) if flow else ""
        tail = self._words.text("fund-brief-flow", flow=said) if said else ""
        profile = self._panel.profiles[self._code]
        return line(profile.name, " ", code(self._code), "  ", *self._price(), tail)

    def points(self, told: Collection[Figure] = ()) -> list[Line]:
        """Trading, premium, money, size: one point each; what is unknown is left out or said to be.

        Premiums and flows that were `told` above are not repeated.
        """
        made = (self._trading(), self._premium(told), self._flow(told), self._size(), self._growth())
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
        name = " ".join(dict.fromkeys(filter(None, (profile.index_name, profile.index_key))))
        return line(muted(self._words.text("fund-index", index=name)), indent=1) if name else None

    def _figure(self, quantity: Quantity) -> Figure | None:
        return quantity.figure(self._panel, self._code)

    def _rank(self, name: str) -> str:
        return self._teller.rank(self._figure(RANKS[name]), self._figure(RANK_SIZES[name]))

    def _price(self) -> Iterator[Span]:
        close, change = self._figure(CLOSE_PRICE), self._figure(CHANGE)
        if close is None:
            yield muted(self._words.text("fund-not-traded"))
            return
        yield Span(figure_text(close, self._teller.language))
        if change is not None:
            style = Style.UP if change.value > 0 else Style.DOWN if change.value < 0 else Style.PLAIN
            yield Span(" " + figure_text(change, self._teller.language), style)
        yield muted(self._teller.dated(close.day, [close]))

    def _trading(self) -> str:
        amount, turnover = self._figure(TRADED_VALUE), self._figure(TURNOVER)
        if amount is None:
            return ""
        value = figure_text(amount, self._teller.language)
        if turnover is None:
            return self._words.text("fund-trading-amount", amount=value) + self._teller.dated(amount.day, [amount])
        said = self._words.text(
            "fund-trading",
            amount=value,
            turnover=figure_text(turnover, self._teller.language),
            rank=self._rank("turnover"),
        )
        return said + self._shares_of(turnover.day) + self._teller.dated(turnover.day, [turnover])

    def _shares_of(self, day: date) -> str:
        """Which count the turnover is over, where that is not the session's own."""
        _, counts = self._panel.derive(shares_on_price_scale)
        row, column = self._panel.row(day), self._panel.column(Axis.FUND, self._code)
        own = self._panel.figure(counts, row, column).day
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
        if over_nav is not None:
            value = figure_text(over_nav, self._teller.language)
            return self._words.text("fund-premium-nav", premium=value) + self._teller.dated(over_nav.day, [over_nav])
        return ""

    def _flow(self, told: Collection[Figure]) -> str:
        flow, total = self._figure(FLOW), self._figure(FLOW_60)
        if flow is None:
            return self._unknown(SHARES)
        news = [one for one in (flow, total) if one is not None and one not in told]
        if not news:
            return ""
        values = {"days": str(_LONG_FLOW_SESSIONS), "total": self._teller.flow(total) if total else ""}
        if flow not in told:
            rank = self._rank("flow") if flow.value > 0 else ""
            values |= {"flow": self._teller.flow(flow), "rank": rank}
        key = "fund-flow-long" if len(news) > 1 else "fund-flow" if flow in news else "fund-flow-total"
        return self._words.text(key, **values) + self._teller.dated(flow.day, news)

    def _unknown(self, need: Field) -> str:
        row = self._panel.fresh_row({need})
        if row is None:
            return self._words.text("fund-flow-never")
        return self._words.text("fund-flow-unknown", day=day_text(self._panel.sessions[row], self._today))

    def _size(self) -> str:
        aum, change = self._figure(AUM), self._figure(AUM_CHANGE_MONTH)
        if aum is None:
            return ""
        value, rank = figure_text(aum, self._teller.language), self._rank("aum")
        if change is None:
            return self._words.text("fund-aum", aum=value, rank=rank) + self._teller.dated(aum.day, [aum])
        moved = figure_text(change, self._teller.language)
        said = self._words.text("fund-aum-month", aum=value, rank=rank, change=moved)
        return said + self._teller.dated(aum.day, [aum, change])

    def _growth(self) -> str:
        growth = self._figure(SHARE_GROWTH_YTD)
        if growth is not None:
            value = figure_text(growth, self._teller.language)
            said = self._words.text("fund-growth", growth=value, rank=self._rank("share_growth"))
            return said + self._teller.dated(growth.day, [growth])
        new = self._panel.derive(without_year_base)[-1, self._panel.column(Axis.FUND, self._code)]
        return self._words.text("fund-no-year-base") if new else ""
