"""同类第一易主: another fund than before leads those on its index (2.8)."""

from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import ClassVar

import numpy as np

from signals.core.detector import Detector, Findings, Later, LaterStrength, Tell, Topic, one_day, scaled
from signals.core.field import SHARES
from signals.core.leaders import overtakings
from signals.core.matrix import Floats, Ints
from signals.core.panel import Panel
from signals.core.peers import RANK_SIZES, RANKED, laid_peers, ranks_of
from signals.core.series import cells
from signals.core.text import Text

_ABOUT = Text(
    "跟踪同一指数的基金（按指数代码归类）中，排名第一的换成了另一只；组内基金足够多、且同一日期有数据的不少于九成时才比较，"
    "并列、领先幅度不足、原第一当日数据缺失都不算易主。",
    "Among the funds that track the same index, grouped by index code, another one is first; compared only where the "
    "group is large enough and at least 90 % of it have figures of the same date. A tie, a lead that is too small "
    "or a former leader without a figure that day is no change.",
)


@dataclass(frozen=True, kw_only=True)
class LeaderChange(Detector):
    """A fund that takes the first place of its index by one quantity; it is about the new leader."""

    about = _ABOUT
    needs = frozenset({SHARES})
    by: ClassVar[str]

    least_value: float = 0.0
    """A lead with less than this is not worth a line."""
    min_lead: float = 0.01
    """Least distance from the former leader, as a share of that one's value."""
    min_group: int = 3

    def find(self, panel: Panel) -> Findings:
        """The session on which the lead is taken; the former leader takes part in it."""
        value, ranks = RANKED[self.by].on(panel), ranks_of(panel, self.by)
        former = panel.derive(_former(self.by, self.min_lead))
        rows, columns = cells((former >= 0) & (value.values > self.least_value))
        enough = ranks.size_at(rows, columns) >= self.min_group
        fires = np.zeros(former.shape, dtype=np.bool_)
        fires[rows[enough], columns[enough]] = True
        return Findings(
            fires=fires,
            known=ranks.place > 0,
            strength=LaterStrength(lambda: scaled(ranks.size, 10.0)),
            since=one_day(fires),
            evidence=Later(
                lambda: {
                    "lead": value,
                    "overtaken": replace(value, values=_theirs(value.values, former)),
                    "rank_of": RANK_SIZES[self.by].on(panel),
                }
            ),
            others=lambda: {"former": np.where(fires, former, -1)},
        )


@cache
def _former(by: str, least_lead: float) -> partial[Ints]:
    return partial(_overtaken, by=by, least_lead=least_lead)


def _overtaken(panel: Panel, *, by: str, least_lead: float) -> Ints:
    stated = ranks_of(panel, by).place > 0
    return overtakings(RANKED[by].on(panel).values, stated, panel.derive(laid_peers), least_lead=least_lead)


def _theirs(values: Floats, columns: Ints) -> Floats:
    """Each cell's value from another column of its row; NaN where there is none."""
    out = np.full(values.shape, np.nan)
    rows, own = cells(columns >= 0)
    out[rows, own] = values[rows, columns[rows, own]]
    return out


@dataclass(frozen=True, kw_only=True)
class LargestFundChange(LeaderChange):
    """规模同类第一易主."""

    name = "largest_fund_change"
    topic = Topic.SIZE
    by = "aum"
    title = Text("规模第一易主", "New largest fund of its index")
    sentence = Text(
        "规模{ $lead }，超过{ $former }（{ $overtaken }），升至同类第一（共{ $rank_of }只）",
        "AUM { $lead }, ahead of { $former } ({ $overtaken }): now the largest of { $rank_of } funds on its index",
    )


@dataclass(frozen=True, kw_only=True)
class GrowthLeaderChange(LeaderChange):
    """年初至今份额增长同类第一易主."""

    name = "growth_leader_change"
    topic = Topic.SIZE
    by = "share_growth"
    title = Text("份额增长第一易主", "New fastest share growth of its index")
    sentence = Text(
        "年初至今份额增长率{ $lead }，超过{ $former }（{ $overtaken }），升至同类第一（共{ $rank_of }只）",
        "share growth year to date { $lead }, ahead of { $former } ({ $overtaken }): now first of { $rank_of } funds "
        "on its index",
    )

    tell: Tell = field(default=Tell.DIGEST)


@dataclass(frozen=True, kw_only=True)
class FlowLeaderChange(LeaderChange):
    """净流入同类第一易主."""

    name = "flow_leader_change"
    topic = Topic.FLOW
    by = "flow"
    title = Text("净流入第一易主", "New largest inflow of its index")
    sentence = Text(
        "净流入{ $lead }，超过{ $former }（{ $overtaken }），升至同类第一（共{ $rank_of }只）",
        "net inflow { $lead }, ahead of { $former } ({ $overtaken }): now first of { $rank_of } funds on its index",
    )

    tell: Tell = field(default=Tell.DIGEST)
    least_value: float = 1e8
    min_lead: float = 1.0
