"""Sina's list of all sessions: runs of them between the weekdays without one, packed six bits to a character."""

import string
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import ClassVar

from tests.fakes.endpoint import Body, Endpoint, Row

MISSING = date(1992, 5, 4)
"""A session that Sina's list lacks; akshare adds it to whatever it was sent."""

_ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
_KIND, _VERSION = 139, 63
_EPOCH = date(1990, 12, 19)
_RUN_BITS = 12


def sessions_since_1990(known: Iterable[date]) -> list[date]:
    """The known sessions, and every weekday before them."""
    told = sorted(known)
    days = (_EPOCH + timedelta(days=shift) for shift in range((told[0] - _EPOCH).days))
    return [*(day for day in days if day.weekday() < 5), *told]


def packed(sessions: Sequence[date]) -> str:
    """Sessions as Sina's script unpacks them."""
    days = [(day - _EPOCH).days for day in sessions]
    bits = [*_bits(_KIND, 12), *_bits(_VERSION, 6), *_bits(days[0], 18), *_bits(days[-1], 18)]
    for number, run in enumerate(_runs(sessions)):
        # The width of a run's length is told once, in steps of three bits: a sign and a count in unary.
        width = [1, 1, *[1] * (_RUN_BITS // 3 - 1), 0] if number == 0 else [0]
        bits += [*width, *_bits(run, _RUN_BITS)]
    bits += [0] * (-len(bits) % 6)
    digits = (sum(bit << at for at, bit in enumerate(bits[start : start + 6])) for start in range(0, len(bits), 6))
    return "".join(_ALPHABET[digit] for digit in digits)


def _runs(sessions: Sequence[date]) -> list[int]:
    """How many sessions follow each other, anew after each weekday that is none."""
    open_days, runs, day = set(sessions), [0], sessions[0]
    while day <= sessions[-1]:
        if day in open_days:
            runs[-1] += 1
        elif day.weekday() < 5:
            runs.append(0)
        day += timedelta(days=1)
    return runs


def _bits(number: int, width: int) -> list[int]:
    return [number >> at & 1 for at in range(width)]


class SinaSessionList(Endpoint):
    """The list as a script."""

    host: ClassVar[str] = "finance.sina.com.cn"
    path: ClassVar[str] = "/realstock/company/klc_td_sh.txt"

    def __init__(self, sessions: Sequence[date]) -> None:
        super().__init__()
        self.sessions = sessions

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        return [{"day": day} for day in self.sessions if day != MISSING]

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        text = packed([row["day"] for row in rows]) if rows else "null" if rows is None else ""
        return Body(content=f'var datelist="{text}";'.encode(), content_type="text/plain")
