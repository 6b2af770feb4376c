"""Who stands out on the newest session, and how many rose: lines of the market's card."""

import numpy as np

from bot.messages.figures import figure_text
from bot.messages.model import Line, line
from bot.messages.names import Named
from bot.messages.sentences import Teller
from signals.core.field import Axis
from signals.core.flows import FLOW
from signals.core.measure import Figure
from signals.core.panel import Panel
from signals.core.peers import RANKED
from signals.core.prices import CHANGE, of_class
from signals.core.profile import EQUITY_LIKE
from signals.core.quantity import Quantity

_MOST = 3


def breadth_line(panel: Panel, teller: Teller) -> Line | None:
    """How many equity funds rose, fell and stood still on the newest session whose closes are out."""
    row = panel.fresh_row(CHANGE.needs)
    if row is None:
        return None
    changes = CHANGE.on(panel).values[row][of_class(panel, EQUITY_LIKE)]
    known = changes[np.isfinite(changes)]
    if not known.size:
        return None
    said = teller.words.text(
        "market-breadth", up=int((known > 0).sum()), down=int((known < 0).sum()), flat=int((known == 0).sum())
    )
    return line(said + teller.dated(panel.sessions[row], []))


def leader_lines(panel: Panel, teller: Teller) -> list[Line]:
    """The first equity funds by money that came in, by premium and by turnover."""
    shown = ((FLOW, "market-leaders-flow"), (RANKED["premium"], "market-leaders-premium"))
    return [
        one
        for quantity, key in (*shown, (RANKED["turnover"], "market-leaders-turnover"))
        if (one := _leaders(panel, teller, quantity, key)) is not None
    ]


def _leaders(panel: Panel, teller: Teller, quantity: Quantity, key: str) -> Line | None:
    codes = [code for code in panel.subjects[Axis.FUND] if panel.profiles[code].fund_class in EQUITY_LIKE]
    found: list[tuple[str, Figure]] = [
        (code, figure) for code in codes if (figure := quantity.figure(panel, code)) is not None and figure.value > 0
    ]
    if not found:
        return None
    day, named = max(figure.day for _, figure in found), Named(panel.profiles)
    first = sorted((one for one in found if one[1].day == day), key=lambda one: (-one[1].value, one[0]))[:_MOST]
    some = teller.words.text("exchange-join").join(
        teller.words.text("group-amount", group=named.fund(code), amount=figure_text(figure, teller.language))
        for code, figure in first
    )
    return line(teller.words.text(key, some=some) + teller.dated(day, [figure for _, figure in first]))
