"""Tables of failures as tests write them, and the words in their cells.

table = a good table; wait = not published, ask again; down = unavailable, go on without it;
limited = the publisher refuses us, leave its host alone; changed = refused, and the operator is told.
"""

from collections.abc import Iterable
from datetime import date, datetime

from bot.sources.base import LimitedError, NotPublishedError, Source, SourceChangedError, UnavailableError
from bot.sources.gates import Baseline, check
from tests.fakes.endpoint import Endpoint, Fault, Twist


def cells(matrix: str) -> list[tuple[str, str, str]]:
    """The cells of a table as (row, column, meaning)."""
    heading, *rows = (line.split() for line in matrix.strip().splitlines())
    return [(name, *cell) for name, *meanings in rows for cell in zip(heading, meanings, strict=True)]


def meaning_of(source: Source, day: date, now: datetime) -> str:
    """What a live reading of the day comes to, gates included."""
    try:
        for snapshot in source.readings(day, now):
            check(snapshot, day if source.exact else snapshot.day, Baseline())
    except NotPublishedError:
        return "wait"
    except LimitedError:
        return "limited"
    except UnavailableError:
        return "down"
    except SourceChangedError:
        return "changed"
    return "table"


def twist(endpoint: Endpoint, name: str) -> None:
    """Bend what an endpoint says as a column of the table is called; `good` leaves it as it is."""
    endpoint.twist = None if name == "good" else Twist(name)


def break_way(endpoint: Endpoint, fault: str, endpoints: Iterable[Endpoint]) -> None:
    """Break the way to an endpoint; a ban hits all of its host."""
    banned = [one for one in endpoints if one.host == endpoint.host]
    for one in banned if fault == "banned" else [endpoint]:
        one.fault = Fault(fault)
