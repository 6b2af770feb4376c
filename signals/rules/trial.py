"""A dry run: what a rule would have told in the past, before anybody is told anything."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from signals.core.field import Axis
from signals.core.matrix import Bools, Ints
from signals.core.measure import Figure
from signals.core.panel import Panel
from signals.core.runs import episodes
from signals.core.text import Text
from signals.rules.evaluate import Evaluation, evaluate, evidence_of
from signals.rules.explain import figure
from signals.rules.rule import Rule

ABSURD_SHARE = 0.2
"""A rule that holds on more of the fund-days than this tells nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A figure that a rule rests on, with its name in words."""

    label: Text
    figure: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A fund for which a rule holds on the newest session that decides it."""

    fund: str
    day: date
    begins: bool
    """It did not hold on the session before that decided it."""
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a rule would have done."""

    first: date | None
    """First session that was judged; None where the panel holds none."""
    last: date | None
    decided: int
    """Fund-days on which it could be decided."""
    holds: int
    """Fund-days on which it held."""
    begins: int
    """Fund-days on which it began to hold: so often it would have told."""
    days: Mapping[date, tuple[str, ...]]
    """The funds for which it began to hold, by session, newest first; sessions without any are left out."""
    today: tuple[Hit, ...]
    """Where it holds now, by fund."""

    @property
    def share(self) -> float:
        """Of the decided fund-days, on how many it held."""
        return self.holds / self.decided if self.decided else 0.0

    @property
    def funds(self) -> Mapping[str, int]:
        """How often it began to hold for each fund, most often first."""
        counts: dict[str, int] = {}
        for codes in self.days.values():
            for code in codes:
                counts[code] = counts.get(code, 0) + 1
        return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))

    @property
    def absurd(self) -> bool:
        """Whether it holds so often that its author should say so twice."""
        return self.share > ABSURD_SHARE


def dry_run(rule: Rule, panel: Panel, sessions: int = 250, funds: Collection[str] | None = None) -> Trial:
    """Lay a rule over the last `sessions` of a panel, for all funds or those given.

    The panel should hold `rule.sessions` more, so that the first of them can be decided.
    """
    codes = panel.subjects[Axis.FUND]
    columns = np.array([at for at, code in enumerate(codes) if funds is None or code in funds], dtype=np.int64)
    verdicts = evaluate(rule, panel)
    fires, known = verdicts.fires[:, columns], verdicts.known[:, columns]
    begins = _begins(fires, known)
    first = max(0, len(panel.sessions) - sessions)
    days = {
        panel.sessions[row]: tuple(codes[columns[at]] for at in np.flatnonzero(begins[row]))
        for row in range(len(panel.sessions) - 1, first - 1, -1)
        if begins[row].any()
    }
    return Trial(
        first=panel.sessions[first] if panel.sessions else None,
        last=panel.sessions[-1] if panel.sessions else None,
        decided=int(known[first:].sum()),
        holds=int(fires[first:].sum()),
        begins=int(begins[first:].sum()),
        days=days,
        today=_today(rule, panel, columns, _Decided(fires, known, begins)),
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Decided:
    """Where a rule holds, where it is decided, and where it begins to hold; sessions × chosen funds."""

    fires: Bools
    known: Bools
    begins: Bools


def _begins(fires: Bools, known: Bools) -> Bools:
    """Where it holds and did not when it was last decided."""
    since = episodes(fires.astype(np.int64), known).since
    return np.asarray(fires & (since == np.arange(len(fires))[:, None]))


def _today(rule: Rule, panel: Panel, columns: Ints, decided: _Decided) -> tuple[Hit, ...]:
    rows = np.flatnonzero(decided.known.any(axis=1))
    if not rows.size:
        return ()
    row = int(rows[-1])
    return tuple(
        Hit(
            fund=panel.subjects[Axis.FUND][columns[at]],
            day=panel.sessions[row],
            begins=bool(decided.begins[row, at]),
            evidence=evidence(rule, panel, row, int(columns[at])),
        )
        for at in np.flatnonzero(decided.fires[row])
    )


def evidence(rule: Rule, panel: Panel, row: int, column: int) -> tuple[Evidence, ...]:
    """The known figures that a rule rests on in one cell, with date and source; for an alert's text, too."""
    evaluation = panel.derive(Evaluation)
    figures = ((one, evaluation.figure(one, row, column)) for one in evidence_of(rule.condition))
    return tuple(Evidence(label=figure(one), figure=found) for one, found in figures if found is not None)
