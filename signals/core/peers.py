"""同类: standing among the funds that track the same index, keyed by index code (2.8)."""

from collections import defaultdict
from functools import partial

from signals.core import formulas
from signals.core.field import CLOSE, SHARES, Axis, Unit
from signals.core.flows import FLOW
from signals.core.matrix import Bools
from signals.core.measure import Measure
from signals.core.panel import Panel
from signals.core.prices import TURNOVER
from signals.core.quantity import Quantity
from signals.core.ranks import Laid, Ranks, laid_groups, rank_within
from signals.core.sizes import AUM, SHARE_GROWTH_YTD, without_year_base
from signals.core.text import Text
from signals.core.values import PREMIUM_IOPV
from signals.core.windows import lately

ALIVE_SESSIONS = 20
"""A fund without a bar or a share count for this long is no member of its group any more."""


def peer_groups(panel: Panel) -> dict[str, list[int]]:
    """Columns of the funds on each index, by index key; funds without an index are in no group."""
    groups: dict[str, list[int]] = defaultdict(list)
    for column, code in enumerate(panel.subjects[Axis.FUND]):
        if key := panel.profiles[code].index_key:
            groups[key].append(column)
    return dict(groups)


def laid_peers(panel: Panel) -> Laid:
    """`peer_groups` as kernels take them."""
    return laid_groups(list(panel.derive(peer_groups).values()))


def alive(panel: Panel) -> Bools:
    """Which funds are listed on each session, as far as their bars and share counts show."""
    return lately(formulas.EITHER_KNOWN(panel.values(CLOSE), panel.values(SHARES)), ALIVE_SESSIONS + 1)


def peer_ranks(panel: Panel, *, of: Quantity) -> Ranks:
    """Rank and group size of a quantity within each fund's index, largest first."""
    measure = of.on(panel)
    members = panel.derive(alive)
    if of is SHARE_GROWTH_YTD:
        members = members & ~panel.derive(without_year_base)
    # What only a later session explained ranks nobody: the others' standing was not known either.
    return rank_within(measure.timely, panel.derive(laid_peers), members)


def _rank(panel: Panel, *, of: Quantity, size: bool) -> Measure:
    ranks, measure = panel.derive(_RANKERS[of.name]), of.on(panel)
    return Measure(
        values=ranks.size if size else ranks.rank,
        unit=Unit.COUNT if size else Unit.RANK,
        inputs=measure.inputs,
        estimated=measure.estimated,
        late=measure.late,
    )


def ranks_of(panel: Panel, name: str) -> Ranks:
    """`peer_ranks` by one of the words of `RANKED`, computed once per panel."""
    return panel.derive(_RANKERS[RANKED[name].name])


RANKED = {
    "premium": PREMIUM_IOPV,
    "turnover": TURNOVER,
    "flow": FLOW,
    "share_growth": SHARE_GROWTH_YTD,
    "aum": AUM,
}
"""What funds on one index are compared by."""

_SHORT = {
    "premium": ("溢价", "溢价率"),
    "turnover": ("换手", "换手率"),
    "flow": ("净流入",),
    "share_growth": ("份额增长", "份额增长率"),
    "aum": ("规模",),
}
"""What people call them in front of 排名."""

_RANKERS = {one.name: partial(peer_ranks, of=one) for one in RANKED.values()}

RANKS = {
    name: Quantity(
        name=f"rank_{name}",
        label=Text(f"{one.label.zh}同类排名", f"rank by {one.label.en}"),
        unit=Unit.RANK,
        meaning=Text(
            f"{one.label.zh}在跟踪同一指数的基金中的名次，最大为1",
            f"standing by {one.label.en} among the funds on the same index, 1 = largest",
        ),
        words=tuple(each for word in _SHORT[name] for each in (f"同类{word}排名", f"{word}同类排名", f"{word}排名")),
        sessions=one.sessions,
        needs=one.needs,
        compute=partial(_rank, of=one, size=False),
    )
    for name, one in RANKED.items()
}
RANK_SIZES = {
    name: Quantity(
        name=f"rank_{name}_of",
        label=Text(f"{one.label.zh}同类数", f"funds ranked by {one.label.en}"),
        unit=Unit.COUNT,
        meaning=Text(f"参与{one.label.zh}排名的同类基金数", f"funds that are ranked by {one.label.en}"),
        words=tuple(f"{word}同类数" for word in _SHORT[name]),
        sessions=one.sessions,
        needs=one.needs,
        compute=partial(_rank, of=one, size=True),
    )
    for name, one in RANKED.items()
}
