"""What a session still lacks, and what was published since the reader last heard of it."""

from collections.abc import Collection, Iterator

import numpy as np

from bot.messages.figures import day_text
from bot.messages.sentences import Teller
from bot.messages.wishes import Came
from signals.core.field import CLOSE, FINANCING, INDEX_CLOSE, NAV, SHARES, Axis, Field
from signals.core.panel import BOTH_EXCHANGES, Panel
from signals.core.profile import exchange_of
from signals.core.snapshot import Dataset

_EXCHANGES = ("SSE", "SZSE")
_NAMED = {
    Dataset.DAILY: "bars",
    Dataset.INDEX: "indices",
    Dataset.NAV: "nav",
    Dataset.MARGIN: "margin",
    Dataset.SHARES: "shares",
}
"""What is called by name, in the order in which it is told."""

_FIELDS = {
    Dataset.DAILY: CLOSE,
    Dataset.INDEX: INDEX_CLOSE,
    Dataset.NAV: NAV,
    Dataset.MARGIN: FINANCING,
    Dataset.SHARES: SHARES,
}

_BY_EXCHANGE = frozenset({Dataset.SHARES})
"""Both exchanges publish them at hours of their own: they are named even where both are late."""


def missing(panel: Panel, teller: Teller) -> list[str]:
    """What the panel's last session still lacks, by name; of an exchange where the other has told.

    What nobody has ever published is not late.
    """
    late = {
        Dataset.DAILY: _silent(panel, CLOSE),
        Dataset.INDEX: [] if np.isfinite(panel.values(INDEX_CLOSE)[-1]).any() else [*_EXCHANGES],
        Dataset.NAV: _silent(panel, NAV),
        Dataset.MARGIN: _without_margin(panel),
        Dataset.SHARES: _silent(panel, SHARES),
    }
    day = panel.sessions[-1]
    return [
        _text(Came(one, "", day), exchanges, teller)
        for one, exchanges in late.items()
        if exchanges and panel.fresh_row({_FIELDS[one]}) is not None
    ]


def came_lines(came: Collection[Came], teller: Teller) -> Iterator[str]:
    """What is new since the evening, and what has taken the place of what was told then."""
    for revises, key in ((False, "digest-came"), (True, "digest-came-revised")):
        told = [one for one in came if one.revises is revises]
        some = [
            _text(of[0], [one.scope for one in of if one.scope in _EXCHANGES], teller)
            for dataset in _NAMED
            if (of := [one for one in told if one.dataset is dataset])
        ]
        if some:
            yield teller.words.text(key, some=teller.words.text("exchange-join").join(some))


def named_apart(dataset: Dataset) -> bool:
    """Whether people know a table by name."""
    return dataset in _NAMED


def _text(one: Came, exchanges: Collection[str], teller: Teller) -> str:
    words = teller.words
    said = words.text(f"digest-datum-{_NAMED[one.dataset]}", day=day_text(one.day, teller.today))
    both = {*exchanges} >= {*_EXCHANGES} and one.dataset not in _BY_EXCHANGE
    if both or not exchanges:
        return said
    names = words.text("exchange-join").join(
        words.text(f"exchange-{name}") for name in _EXCHANGES if name in {*exchanges}
    )
    return words.text("digest-named-of", datum=said, exchange=names)


def _silent(panel: Panel, one: Field) -> list[str]:
    """The exchanges that have not told a field of any of their funds."""
    exchanges = [exchange_of(code) for code in panel.subjects[Axis.FUND]]
    known = np.isfinite(panel.values(one)[-1])
    told = {name for name, there in zip(exchanges, known, strict=True) if there}
    return [name for name in _EXCHANGES if name in exchanges and name not in told]


def _without_margin(panel: Panel) -> list[str]:
    told = np.isfinite(panel.values(FINANCING)[-1])
    if told[panel.column(Axis.MARKET, BOTH_EXCHANGES)]:
        return []
    return [name for name in _EXCHANGES if not told[panel.column(Axis.MARKET, name)]]
