"""Splits and dividends: which change of a count or price is only a change of scale.

The share table shows a split on the evening of day T, the exchange's previous close (and IOPV) follow on
T+1, and a list of corporate actions may carry either day. A split is therefore one event with a ratio,
found in any of the three places, and applied once to each series, on that series' own day.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from signals.core.field import DIVIDEND, SHARES, SPLIT
from signals.core.formulas import FIRST_KNOWN, ODD_STEP
from signals.core.matrix import Bools, Columns, Floats, Ints
from signals.core.panel import Panel
from signals.core.rebased import CLEAN_RATIOS, DAILY_LIMIT, LEAST_REBASE, Prices, Split, nearest_clean
from signals.core.series import cells, positive
from signals.core.sparse import Sparse

SUSPECT_TOLERANCE = 0.03
"""A share count this near to a clean multiple waits for the next session's price before it is a flow."""


JUMP_LIMIT = 0.6
"""A larger change of the share count without a known split is unknown, not a flow (2.5)."""


@dataclass(frozen=True, eq=False)
class Actions:
    """The corporate actions of a panel; matrices of sessions × funds."""

    splits: tuple[Split, ...]
    prev_close: Floats
    """Previous close on today's scale: the exchange's, else rebuilt from splits and dividends."""
    share_ratio: Sparse
    """Split ratio between the share counts of T−1 and T; 1 = none."""
    cash: Sparse
    """Dividend per share that went ex on T, 元; 0 = none."""
    price_lag: Sparse
    """Shares of T are on a scale this many times finer than the prices of T; 1 but on split days."""
    pending: Bools
    """The step of the share count is unexplained: a split not yet proved, or a jump without one."""
    unscaled: Bools
    """The share count may stand on another scale than the prices: a split not yet proved, or not yet followed."""
    unsettled: Bools
    """No price has been seen since a step that may be a split: counts before and after do not compare."""
    late: Bools
    """The step was explained only by the price of T+1: nothing may be claimed on T itself."""


def counted_shares(panel: Panel) -> Floats:
    """Published share counts; zero or less is a hole in the table, not a redemption."""
    return positive(panel.values(SHARES))


def find_actions(panel: Panel) -> Actions:
    """Find every split of the panel and place it.

    1. A price event: the exchange's previous close is off the last close by more than a dividend (or,
       where a source has no previous close, the close itself falls by a clean ratio).
    2. A listed event that a price event within a session confirms is the same one, with the list's ratio.
    3. An event belongs to the one step of the share count that it explains, on its session or a
       neighbour. Known steps that it does not explain disprove it, unless it is listed.
    4. A step that no split explains is pending when it is a jump, or while it is near a clean multiple
       and the next session has no price.
    """
    prices, shares = Prices.of(panel), panel.derive(counted_shares)
    listed = _listed(panel.values(SPLIT)) if SPLIT in panel.layers else ()
    events = _merge(list(prices.events()), listed, prices)
    splits, disproved = _placed(events, shares, prices.last_row)
    ratios, lags, rebased = (dict[tuple[int, int], float]() for _ in range(3))
    late, awaited = (np.zeros(shares.shape, dtype=np.bool_) for _ in range(2))
    for one in splits:
        if one.price_row is not None:
            cell = one.price_row, one.column
            rebased[cell] = rebased.get(cell, 1.0) * one.ratio
        if one.share_row is not None:
            cell = one.share_row, one.column
            ratios[cell] = ratios.get(cell, 1.0) * one.ratio
            apart = _apart(one.share_row, one.price_row, len(shares))
            lags |= {(row, one.column): _lag_ratio(one) for row in apart}
            late[_doubted(one.share_row, one), one.column] = True
        elif one.price_row is not None:
            awaited[one.price_row :, one.column] = True
            lags |= {(row, one.column): 1.0 / one.ratio for row in range(one.price_row, len(shares))}
    for one in disproved:
        late[one.price_row, one.column] = True
    prev_close, cash = _on_todays_scale(prices, rebased, panel.values(DIVIDEND) if DIVIDEND in panel.layers else None)
    share_ratio = Sparse.of(shares.shape, 1.0, ratios)
    jumps, doubtful = _unexplained(shares, share_ratio)
    unscaled = awaited | (doubtful & ~prices.next_known)
    return Actions(
        splits=splits,
        prev_close=prev_close,
        share_ratio=share_ratio,
        cash=cash,
        price_lag=Sparse.of(shares.shape, 1.0, lags),
        pending=jumps | unscaled,
        unscaled=unscaled,
        unsettled=_unsettled(doubtful, prices.seen),
        late=late | (doubtful & prices.next_known),
    )


def _steps(shares: Floats, rows: Columns, columns: Columns) -> Floats:
    """Share counts of some cells over those of the session before; NaN on the first session."""
    return np.where(rows > 0, shares[rows, columns] / shares[rows - 1, columns], np.nan)


def _unexplained(shares: Floats, share_ratio: Sparse) -> tuple[Bools, Bools]:
    """Steps of the share count that are jumps in spite of the splits, and those that a split might explain.

    Nearly all steps are near 1 and neither: only the others are looked at closely.
    """
    odd_step = np.zeros(shares.shape, dtype=np.bool_)
    odd_step[1:] = ODD_STEP(shares[1:], shares[:-1])
    odd_step[share_ratio.cells] = True
    jumps, doubtful = (np.zeros(shares.shape, dtype=np.bool_) for _ in range(2))
    odd = cells(odd_step)
    step, ratio = _steps(shares, *odd), share_ratio[odd]
    jumps[odd] = np.abs(step / ratio - 1) > JUMP_LIMIT
    # Halving is as doubtful as doubling, though it is a smaller share of what was there.
    large = np.abs(np.log(step)) > np.log(1 + JUMP_LIMIT)
    doubtful[odd] = (large | _near_clean(step)) & (ratio == 1.0)
    return jumps, doubtful


def _listed(ratios: Floats) -> Iterator[Split]:
    for row, column in zip(*cells(ratios > 0), strict=True):
        ratio = float(ratios[row, column])
        if np.isfinite(ratio) and ratio != 1:
            yield Split(column=int(column), ratio=ratio, listed_row=int(row))


def _merge(priced: list[Split], listed: Iterable[Split], prices: Prices) -> list[Split]:
    left, merged = list(priced), list[Split]()
    for one in listed:
        row = one.listed_row or 0
        near = (row - 1, row, row + 1, prices.next_traded(row + 1, one.column))
        same = [
            other
            for other in left
            if other.column == one.column
            and other.price_row in near
            and abs(np.log(other.ratio / one.ratio)) <= DAILY_LIMIT
        ]
        shown = [at for at in near if prices.falls_by(one.ratio, at, one.column)]
        if same:
            left.remove(same[0])
        price_row = same[0].price_row if same else next(iter(shown), None)
        merged.append(replace(one, price_row=price_row))
    return merged + left


def _placed(events: Iterable[Split], shares: Floats, last_row: Ints) -> tuple[tuple[Split, ...], list[Split]]:
    """The splits with their steps of the share count, and the events that every step nearby disproves."""
    placed, disproved = list[Split](), list[Split]()
    for one in events:
        traded = one.price_row if one.price_row is None else int(last_row[one.price_row, one.column])
        near = sorted({*_around(one.price_row, traded), *_around(one.listed_row)})
        rows = np.array([row for row in near if 0 <= row < len(shares)], dtype=np.int64)
        steps = dict(zip(rows.tolist(), _steps(shares, rows, np.full_like(rows, one.column)).tolist(), strict=True))
        misfit = {row: abs(float(np.log(step / one.ratio))) for row, step in steps.items()}
        known = {row: miss for row, miss in misfit.items() if np.isfinite(miss)}
        best = min(known, key=lambda row: known[row], default=None)
        if best is not None and known[best] < abs(np.log(one.ratio)) / 2:
            placed.append(replace(one, share_row=best, ratio=_without_dividend(one, steps[best])))
        elif len(known) < len(misfit):
            unknown = [row for row in misfit if row not in known]
            placed.append(replace(one, share_row=one.price_row if one.price_row in unknown else unknown[-1]))
        elif one.listed_row is not None or len(misfit) < len(near):
            placed.append(one)
        else:
            disproved.append(one)
    return _once(placed), disproved


def _once(placed: list[Split]) -> tuple[Split, ...]:
    """A step of the share count holds one split, however many lists and prices tell of it."""
    found = dict[tuple[int, int | None, int | None], Split]()
    for one in placed:
        key = (one.column, one.share_row, None if one.share_row is not None else one.price_row)
        other = found.get(key)
        found[key] = one if other is None else replace(other, price_row=other.price_row or one.price_row)
    return tuple(found.values())


def _without_dividend(split: Split, step: float) -> float:
    """A dividend of the same day is in the price's ratio and not in the split's."""
    clean = nearest_clean(step)
    apart = abs(np.log(split.ratio / clean))
    if split.listed_row is not None or apart > np.log(1 + LEAST_REBASE):
        return split.ratio
    return min((split.ratio, clean), key=lambda ratio: abs(np.log(step / ratio)))


def _around(row: int | None, since: int | None = None) -> range:
    """The sessions beside a row, back to the last one that was traded."""
    return range(0) if row is None else range(min(row - 1, row - 1 if since is None or since < 0 else since), row + 2)


def _on_todays_scale(
    prices: Prices, rebased: Mapping[tuple[int, int], float], listed_cash: Floats | None
) -> tuple[Floats, Sparse]:
    """Previous closes, and the dividends that explain what a split does not."""
    # Changed where they stand: nobody reads these prices afterwards.
    unsplit = prices.last_close
    for cell, ratio in rebased.items():
        unsplit[cell] /= ratio
    cash = _fallen(prices, rebased)
    if listed_cash is not None:
        told = cells(np.isfinite(listed_cash))
        unsplit[told] -= listed_cash[told]
        cash |= _by_cell(*told, listed_cash[told], np.isnan(prices.own_previous[told]))
    return FIRST_KNOWN(prices.own_previous, unsplit), Sparse.of(unsplit.shape, 0.0, cash)


def _fallen(prices: Prices, rebased: Mapping[tuple[int, int], float]) -> dict[tuple[int, int], float]:
    """By how much the exchange's previous close is below the last close, splits apart.

    It is the last close to the tick unless something went ex; dividing by a split's ratio rounds it by up to a tick
    more. Where the table of the session before is missing the last close is an older one, and its fall no dividend.
    """
    width = prices.last_close.shape[1]
    rows, columns = prices.fallen
    split = np.array([row * width + column for row, column in rebased], dtype=np.int64)
    places = np.unique(np.concatenate([rows * width + columns, split]))
    rows, columns = at = places // width, places % width
    fallen = prices.last_close[at] - prices.own_previous[at]
    event = (rows > 0) & prices.told[rows - 1, columns] & (fallen > np.where(np.isin(places, split), 0.0015, 0.0009))
    return _by_cell(rows, columns, fallen, event)


def _by_cell(rows: Columns, columns: Columns, values: Floats, among: Bools) -> dict[tuple[int, int], float]:
    """Some of the figures of cells, by row and column."""
    at = zip(rows[among].tolist(), columns[among].tolist(), strict=True)
    return dict(zip(at, values[among].tolist(), strict=True))


def _apart(share_row: int, price_row: int | None, sessions: int) -> range:
    """The sessions on which shares and prices stand on different scales."""
    if price_row is None:
        # A listed split whose price has not followed yet: it can only be the newest session's.
        return range(share_row, sessions) if share_row == sessions - 1 else range(0)
    return range(min(share_row, price_row), max(share_row, price_row))


def _doubted(share_row: int, split: Split) -> slice:
    """The sessions on which, as known then, the split was not yet explained."""
    proof = min(row for row in (split.price_row, split.listed_row) if row is not None)
    return slice(share_row, share_row + 1) if proof > share_row else slice(proof, share_row)


def _lag_ratio(split: Split) -> float:
    follows = split.price_row is not None and split.share_row is not None and split.price_row <= split.share_row
    return 1.0 / split.ratio if follows else split.ratio


def _unsettled(doubtful: Bools, seen: Bools) -> Bools:
    out = np.zeros_like(doubtful)
    for row, column in zip(*cells(doubtful), strict=True):
        until = np.flatnonzero(seen[row + 1 :, column])
        out[row : row + 1 + int(until[0]) if until.size else None, column] = True
    return out


def _near_clean(steps: Floats) -> Bools:
    near: Bools = np.zeros(steps.shape, dtype=np.bool_)
    for clean in CLEAN_RATIOS:
        near |= np.abs(steps / clean - 1) <= SUSPECT_TOLERANCE
    return near
