"""The kernels as loops over sessions and subjects, written for a compiler and right without one.

`signals.core.kernels` compiles these functions; `signals.core.plain`, `plain_windows` and `plain_groups` are what they
must equal, bit for bit.
Their form is what makes them fast: sessions outside, subjects inside, state in small rows, rows taken out
of the matrices before the inner loop, and choices of values instead of branches, so that a processor takes
several subjects at a time. Every function fills the columns from `begin` up to `end` of the matrices that come
last among its arguments, and looks at no other, so that two processors can share a matrix. Several rows at a time
are better still where memory is what it waits for: a processor fetches them together, and state is handed on less
often. What is then said several times is a function within the function, which the compiler puts in its place.
Here are those that hand a state on from session to session; `compiled_windows`, `compiled_zscores` and
`compiled_groups` have the others.
"""

import numpy as np

from signals.core.matrix import Bools, Floats, Rows, Shorts


def runs(
    begin: int,
    end: int,
    steps: Floats,
    sign: float,
    neutral: bool,
    counts: bool,
    least: float,
    max_gap: int,
    length: Rows,
    total: Floats,
) -> None:
    """See `plain.runs`; two sessions a pass, as in `compiled_zscores`."""
    sessions, subjects = len(steps), end - begin
    zero, one, longest = np.int32(0), np.int32(1), np.int32(max_gap)
    holes, lengths, totals = np.zeros(subjects, np.int32), np.zeros(subjects, np.int32), np.zeros(subjects)
    aside_length, aside_total = np.empty(subjects, np.int32), np.empty(subjects)

    def after(value: float, before: np.int32, hole: np.int32, summed: float) -> tuple[np.int32, np.int32, float]:
        unknown, level = np.isnan(value), abs(value) <= least
        extends = (value * sign > least) | (counts & level & (before > zero))
        hole = np.int32(hole + one) if unknown else zero
        keeps = extends | (neutral & level) | (unknown & (hole <= longest))
        longer, more = np.int32(before + one) if extends else before, summed + value if extends else summed
        return longer if keeps else zero, hole, more if keeps else 0.0

    for row in range(0, sessions, 2):
        alone = row + 1 == sessions
        step, then = steps[row, begin:end], steps[row if alone else row + 1, begin:end]
        to_length, then_length = length[row, begin:end], aside_length if alone else length[row + 1, begin:end]
        to_total, then_total = total[row, begin:end], aside_total if alone else total[row + 1, begin:end]
        for at in range(subjects):
            now, hole, summed = after(step[at], lengths[at], holes[at], totals[at])
            to_length[at], to_total[at] = now, summed
            now, hole, summed = after(then[at], now, hole, summed)
            then_length[at], then_total[at] = now, summed
            lengths[at], holes[at], totals[at] = now, hole, summed


def run_starts(begin: int, end: int, length: Rows, start: Rows) -> None:
    """See `plain.run_starts`."""
    sessions, subjects = len(length), end - begin
    zero, none = np.int32(0), np.int32(-1)
    last, starts = np.zeros(subjects, np.int32), np.full(subjects, -1, np.int32)
    for row in range(sessions):
        lengths, out, here = length[row, begin:end], start[row, begin:end], np.int32(row)
        for at in range(subjects):
            now = lengths[at]
            begun = here if last[at] == zero else starts[at]
            begun = begun if now > zero else none
            last[at] = now
            starts[at] = begun
            out[at] = begun


def run_gaps(begin: int, end: int, steps: Floats, length: Rows, gaps: Rows) -> None:
    """See `plain.run_gaps`."""
    sessions, subjects = len(steps), end - begin
    zero, one = np.int32(0), np.int32(1)
    last, waiting, inside = (
        np.zeros(subjects, np.int32),
        np.zeros(subjects, np.int32),
        np.zeros(subjects, np.int32),
    )
    for row in range(sessions):
        step, lengths, out = steps[row, begin:end], length[row, begin:end], gaps[row, begin:end]
        for at in range(subjects):
            now, open_, held = lengths[at], waiting[at], inside[at]
            extends = now > last[at]
            held = np.int32(held + open_) if extends else held
            open_ = np.int32(open_ + one) if np.isnan(step[at]) else open_
            last[at] = now
            waiting[at] = zero if extends | (now == zero) else open_
            held = held if now > zero else zero
            inside[at] = held
            out[at] = held


def counted_runs(
    begin: int,
    end: int,
    steps: Floats,
    sign: float,
    neutral: bool,
    counts: bool,
    least: float,
    max_gap: int,
    ended: bool,
    length: Shorts,
) -> None:
    """See `plain.counted_runs`.

    Steps are told apart first, four rows at a time, which a processor fetches from memory together; what is left to
    do has figures of 16 bits only, and it takes four times as many of them at once.
    """
    sessions, subjects, last = len(steps), end - begin, len(steps) - 1
    zero, one, most = np.int16(0), np.int16(1), np.int16(32766)
    against, unknown, leaves, prolongs, extends = np.int16(-1), np.int16(1), np.int16(2), np.int16(3), np.int16(4)
    level = prolongs if counts else leaves if neutral else zero
    longest = np.int16(min(max_gap, 32767))
    gaps, lengths = np.zeros(subjects, np.int16), np.zeros(subjects, np.int16)
    kinds = np.empty((4, subjects), np.int16)
    kind_0, kind_1, kind_2, kind_3 = kinds[0], kinds[1], kinds[2], kinds[3]

    def kind(step: float) -> np.int16:
        told = extends if step * sign > least else level
        told = against if step * sign < -least else told
        return unknown if np.isnan(step) else told

    for first in range(0, sessions, 4):
        step_0, step_1 = steps[first, begin:end], steps[min(first + 1, last), begin:end]
        step_2, step_3 = steps[min(first + 2, last), begin:end], steps[min(first + 3, last), begin:end]
        for at in range(subjects):
            kind_0[at], kind_1[at] = kind(step_0[at]), kind(step_1[at])
            kind_2[at], kind_3[at] = kind(step_2[at]), kind(step_3[at])
        for row in range(first, min(first + 4, sessions)):
            told, out = kinds[row - first], length[row, begin:end]
            for at in range(subjects):
                now, before = told[at], lengths[at]
                gap = np.int16(max(gaps[at], zero) - one) if now == unknown else longest
                kept = before if (gap >= zero) & (now > zero) else zero
                longer = (now == extends) | ((now == prolongs) & (before > zero))
                gaps[at] = gap
                lengths[at] = np.int16(min(kept, most) + one) if longer else kept
                if ended:
                    out[at] = before if now < zero else zero
                else:
                    out[at] = lengths[at]


def sum_since(begin: int, end: int, values: Floats, start: Rows, total: Floats) -> None:
    """See `plain.sum_since`."""
    sessions, subjects = len(values), end - begin
    last, sums = np.full(subjects, -1, np.int32), np.zeros(subjects)
    for row in range(sessions):
        step, begun, out, here = values[row, begin:end], start[row, begin:end], total[row, begin:end], np.int32(row)
        odd = 0
        for at in range(subjects):
            first, value = begun[at], step[at]
            held = sums[at] if first == last[at] else 0.0
            summed = held + (value if np.isfinite(value) else 0.0)
            summed = summed if first >= 0 else 0.0
            odd += (first >= 0) & (first != last[at]) & (first != here)
            sums[at] = summed
            out[at] = summed
        if odd:
            for at in range(subjects):
                if begun[at] >= 0 and begun[at] != last[at] and begun[at] != here:
                    summed = 0.0
                    for back in range(begun[at], row + 1):
                        summed += values[back, begin + at] if np.isfinite(values[back, begin + at]) else 0.0
                    sums[at] = out[at] = summed
        for at in range(subjects):
            last[at] = begun[at]


def compounded_since(begin: int, end: int, changes: Floats, start: Rows, growth: Floats) -> None:
    """See `plain.compounded_since`."""
    sessions, subjects = len(changes), end - begin
    last, grown = np.full(subjects, -1, np.int32), np.zeros(subjects)
    for row in range(sessions):
        step, begun, out, here = changes[row, begin:end], start[row, begin:end], growth[row, begin:end], np.int32(row)
        odd = 0
        for at in range(subjects):
            first, value = begun[at], step[at]
            held = grown[at] if first == last[at] else 0.0
            held = held + (value if np.isfinite(value) else 0.0) * (1.0 + held)
            held = held if first >= 0 else 0.0
            odd += (first >= 0) & (first != last[at]) & (first != here)
            grown[at] = held
            out[at] = held
        if odd:
            for at in range(subjects):
                if begun[at] >= 0 and begun[at] != last[at] and begun[at] != here:
                    held = 0.0
                    for back in range(begun[at], row + 1):
                        value = changes[back, begin + at]
                        held = held + (value if np.isfinite(value) else 0.0) * (1.0 + held)
                    grown[at] = out[at] = held
        for at in range(subjects):
            last[at] = begun[at]


def episodes(begin: int, end: int, rung: Rows, known: Bools, since: Rows, reached: Rows) -> None:
    """See `plain.episodes`."""
    sessions, subjects = len(rung), end - begin
    zero, none = np.int32(0), np.int32(-1)
    begun, stood, last = np.full(subjects, -1, np.int32), np.full(subjects, -1, np.int32), np.zeros(subjects, np.int32)
    for row in range(sessions):
        rungs, told, to_since, to_reached, here = (
            rung[row, begin:end],
            known[row, begin:end],
            since[row, begin:end],
            reached[row, begin:end],
            np.int32(row),
        )
        for at in range(subjects):
            now, before, judged = rungs[at], last[at], told[at]
            on = now > zero
            first = here if before == zero else begun[at]
            first = first if on else none
            there = here if now != before else stood[at]
            there = there if on else none
            first = first if judged else begun[at]
            there = there if judged else stood[at]
            begun[at], stood[at] = first, there
            last[at] = now if judged else before
            to_since[at], to_reached[at] = first, there


def ladder(begin: int, end: int, length: Rows, first: int, step: int, rung: Rows) -> None:
    """See `plain.ladder`."""
    sessions, subjects = len(length), end - begin
    for row in range(sessions):
        lengths, out = length[row, begin:end], rung[row, begin:end]
        for at in range(subjects):
            # Most sessions are below the first rung, and a division is the dearest thing here.
            if lengths[at] < first:
                out[at] = 0
            else:
                out[at] = max(first, int(lengths[at]) // step * step)


def carried(begin: int, end: int, values: Floats, limit: int, filled: Floats, rows: Rows) -> None:
    """See `plain.carried`."""
    sessions, subjects = len(values), end - begin
    none = np.int32(-1)
    newest, held = np.full(subjects, -1, np.int32), np.full(subjects, np.nan)
    for row in range(sessions):
        step, to_filled, to_rows, here = (
            values[row, begin:end],
            filled[row, begin:end],
            rows[row, begin:end],
            np.int32(row),
        )
        oldest = np.int32(max(0, row - limit))
        for at in range(subjects):
            value = step[at]
            known = np.isfinite(value)
            there = here if known else newest[at]
            last = value if known else held[at]
            newest[at], held[at] = there, last
            usable = there >= oldest
            to_rows[at] = there if usable else none
            to_filled[at] = last if usable else np.nan
