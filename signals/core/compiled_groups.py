"""Loops over groups of subjects, in the manner of `signals.core.compiled`.

Groups are small: what a loop over one of them costs to begin and to end is most of its cost. Hence they take four
sessions at a time, or all groups of a session at once.
"""

import numpy as np

from signals.core.matrix import Bools, Columns, Floats, Rows, Shorts


def group_sums(
    begin: int, end: int, values: Floats, taken: Bools, columns: Columns, bounds: Columns, total: Floats
) -> None:
    """See `plain_groups.group_sums`; `begin` and `end` are sessions, the last of which may be summed several times."""
    for row in range(begin, end, 4):
        row_1, row_2, row_3 = min(row + 1, end - 1), min(row + 2, end - 1), min(row + 3, end - 1)
        now_0, now_1, now_2, now_3 = values[row], values[row_1], values[row_2], values[row_3]
        take_0, take_1, take_2, take_3 = taken[row], taken[row_1], taken[row_2], taken[row_3]
        out_0, out_1, out_2, out_3 = total[row], total[row_1], total[row_2], total[row_3]
        for group in range(len(bounds) - 1):
            sum_0 = sum_1 = sum_2 = sum_3 = 0.0
            for place in range(bounds[group], bounds[group + 1]):
                column = columns[place]
                sum_0 += now_0[column] if take_0[column] else 0.0
                sum_1 += now_1[column] if take_1[column] else 0.0
                sum_2 += now_2[column] if take_2[column] else 0.0
                sum_3 += now_3[column] if take_3[column] else 0.0
            out_0[group], out_1[group], out_2[group], out_3[group] = sum_0, sum_1, sum_2, sum_3


def group_counts(begin: int, end: int, taken: Bools, columns: Columns, bounds: Columns, total: Floats) -> None:
    """See `plain_groups.group_counts`; sessions as in `group_sums`."""
    for row in range(begin, end, 4):
        row_1, row_2, row_3 = min(row + 1, end - 1), min(row + 2, end - 1), min(row + 3, end - 1)
        now_0, now_1, now_2, now_3 = taken[row], taken[row_1], taken[row_2], taken[row_3]
        out_0, out_1, out_2, out_3 = total[row], total[row_1], total[row_2], total[row_3]
        for group in range(len(bounds) - 1):
            sum_0 = sum_1 = sum_2 = sum_3 = 0.0
            for place in range(bounds[group], bounds[group + 1]):
                column = columns[place]
                sum_0 += now_0[column]
                sum_1 += now_1[column]
                sum_2 += now_2[column]
                sum_3 += now_3[column]
            out_0[group], out_1[group], out_2[group], out_3[group] = sum_0, sum_1, sum_2, sum_3


def rank_within(
    begin: int,
    end: int,
    values: Floats,
    members: Bools,
    columns: Columns,
    bounds: Columns,
    least_members: int,
    least_coverage: float,
    place: Shorts,
) -> None:
    """See `plain_groups.rank_within`; `begin` and `end` are sessions.

    1. The values of a session are laid group by group, those that are not ranked as unknown. Members and known ones
       are counted together, in the halves of one number, up to each place.
    2. Values are compared within all groups at once.
    3. A rank is one more than the number of those above, wherever the group's may be stated.
    """
    groups, places, largest = len(bounds) - 1, bounds[-1], np.int64(0)
    for group in range(groups):
        largest = max(largest, bounds[group + 1] - bounds[group])
    # Without a sign, a position needs no look whether it counts from the end.
    column_of, group_of = columns[:places].astype(np.uint32), np.empty(places, np.uint32)
    after, reach = np.empty(places), np.zeros(largest, np.int64)
    for group in range(groups):
        for at in range(bounds[group], bounds[group + 1]):
            group_of[at], after[at] = group, bounds[group + 1] - 1 - at
        reach[: bounds[group + 1] - bounds[group]] = bounds[group + 1]
    mine, later, sooner = np.empty(places), np.empty(places), np.empty(places)
    shown = np.empty(groups, np.bool_)
    kinds, upto = np.empty(values.shape[1], np.int64), np.zeros(places + 1, np.int64)
    nobody, member, known = np.int64(0), np.int64(2**32), np.int64(2**32 + 1)
    for row in range(begin, end):
        now, inside, out = values[row], members[row], place[row]
        for column in range(len(kinds)):
            out[column] = 0
            kinds[column] = (known if np.isfinite(now[column]) else member) if inside[column] else nobody
        counted = nobody
        for at in range(places):
            kind = kinds[column_of[at]]
            counted += kind
            upto[at + 1] = counted
            mine[at] = now[column_of[at]] if kind == known else np.nan
        compare(mine, after, reach, later, sooner)
        for group in range(groups):
            counted = upto[bounds[group + 1]] - upto[bounds[group]]
            total, told = counted >> 32, counted & (2**32 - 1)
            shown[group] = (total >= least_members) & (told >= least_coverage * total)
        for at in range(places):
            ahead = np.int16(1.0 + later[at] + sooner[at])
            out[column_of[at]] = ahead if shown[group_of[at]] & np.isfinite(mine[at]) else np.int16(0)


def compare(mine: Floats, after: Floats, reach: Columns, later: Floats, sooner: Floats) -> None:
    """Count the larger ones of its group that stand later than each place, and those that stand sooner.

    Each is compared with the one so many places on, wherever `after` says that its group has as many left, for every
    distance that there is. Groups larger than a distance end where `reach` says: where the largest are laid first,
    few places are looked at in vain.
    """
    for place in range(len(mine)):
        later[place] = sooner[place] = 0.0
    for apart in range(1, len(reach)):
        stop, far = reach[apart], float(apart)
        one, other, left = mine[: stop - apart], mine[apart:stop], after[: stop - apart]
        later_one, sooner_other = later[: stop - apart], sooner[apart:stop]
        for at in range(stop - apart):
            peers = left[at] >= far
            later_one[at] += 1.0 if peers & (other[at] > one[at]) else 0.0
            sooner_other[at] += 1.0 if peers & (one[at] > other[at]) else 0.0


def overtakings(
    values: Floats,
    stated: Bools,
    columns: Columns,
    bounds: Columns,
    memory: int,
    least_lead: float,
    former: Rows,
) -> None:
    """See `plain_groups.overtakings`."""
    sessions, subjects = values.shape
    groups = len(bounds) - 1
    leaders, seen = np.full(groups, -1, np.int64), np.full(groups, -1, np.int64)
    known = np.full((4, subjects), -np.inf)
    known_0, known_1, known_2, known_3 = known[0], known[1], known[2], known[3]
    best, first, shared = np.empty(4), np.empty(4, np.int64), np.empty(4, np.bool_)

    def led(value: float, column: np.int64, best: float, first: np.int64, shared: bool) -> tuple[float, np.int64, bool]:
        ahead = value > best
        return max(value, best), column if ahead else first, value == best if value >= best else shared

    for start in range(0, sessions, 4):
        stop = min(start + 4, sessions)
        for row in range(start, stop):
            now, told, out, mine = values[row], stated[row], former[row], known[row - start]
            for column in range(subjects):
                out[column] = -1
                mine[column] = now[column] if told[column] & np.isfinite(now[column]) else -np.inf
        for group in range(groups):
            best_0 = best_1 = best_2 = best_3 = -np.inf
            first_0 = first_1 = first_2 = first_3 = np.int64(-1)
            shared_0 = shared_1 = shared_2 = shared_3 = True
            for place in range(bounds[group], bounds[group + 1]):
                at = columns[place]
                best_0, first_0, shared_0 = led(known_0[at], at, best_0, first_0, shared_0)
                best_1, first_1, shared_1 = led(known_1[at], at, best_1, first_1, shared_1)
                best_2, first_2, shared_2 = led(known_2[at], at, best_2, first_2, shared_2)
                best_3, first_3, shared_3 = led(known_3[at], at, best_3, first_3, shared_3)
            best[0], best[1], best[2], best[3] = best_0, best_1, best_2, best_3
            first[0], first[1], first[2], first[3] = first_0, first_1, first_2, first_3
            shared[0], shared[1], shared[2], shared[3] = shared_0, shared_1, shared_2, shared_3
            for row in range(start, stop):
                leader, ahead = leaders[group], first[row - start]
                held = known[row - start, leader] if leader >= 0 else -np.inf
                if held > -np.inf:
                    seen[group] = row
                if shared[row - start] or ahead == leader:
                    continue
                overtakes = held > -np.inf and best[row - start] - held > least_lead * abs(held)
                if overtakes:
                    former[row, ahead] = leader
                if overtakes or leader < 0 or row - seen[group] > memory:
                    leaders[group], seen[group] = ahead, row
