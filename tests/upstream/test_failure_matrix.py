"""What each source says to each way in which its publisher may fail: read a row to know a source.

table = a good table; wait = not published, ask again; down = unavailable, go on without it;
changed = refused, and the operator is told.
"""

import pytest

from bot.sources.base import NotPublishedError, Source, SourceChangedError, UnavailableError
from bot.sources.gates import Baseline, check
from tests.fakes.endpoint import Endpoint, Fault, Twist
from tests.upstream.world import DAY, EVENING

CONTENT = """
                     good   empty  null   renamed  wider    reordered
akshare.em           table  wait   wait   changed  table    table
akshare.sse_shares   table  wait   wait   changed  table    table
akshare.szse_shares  table  wait   wait   changed  table    table
akshare.ths          table  wait   wait   changed  table    table
akshare.sse_margin   table  wait   wait   table    changed  changed
akshare.szse_margin  table  wait   wait   table    changed  changed
"""
"""The two margin tables name their columns by position: new names do not hurt them, a new order would."""

TRANSPORT = """
                     blank  html  403   429   500   short  reset  banned  hang
akshare.em           down   down  down  down  down  down   down   down    down
akshare.sse_shares   down   down  down  down  down  down   down   down    down
akshare.szse_shares  down   down  down  down  down  down   down   down    down
akshare.ths          down   down  down  down  down  down   down   down    down
akshare.sse_margin   down   down  down  down  down  down   down   down    down
akshare.szse_margin  down   down  down  down  down  down   down   down    down
"""


def cells(matrix: str) -> list[tuple[str, str, str]]:
    heading, *rows = (line.split() for line in matrix.strip().splitlines())
    return [(name, *cell) for name, *meanings in rows for cell in zip(heading, meanings, strict=True)]


def meaning_of(source: Source) -> str:
    try:
        check(source.read(DAY, EVENING), DAY, Baseline())
    except NotPublishedError:
        return "wait"
    except UnavailableError:
        return "down"
    except SourceChangedError:
        return "changed"
    return "table"


@pytest.mark.parametrize(("name", "twist", "meaning"), cells(CONTENT))
def test_what_an_answer_means(
    name: str, twist: str, meaning: str, sources: dict[str, Source], publishers: dict[str, Endpoint]
) -> None:
    publishers[name].twist = None if twist == "good" else Twist(twist)
    assert meaning_of(sources[name]) == meaning


@pytest.mark.parametrize(("name", "fault", "meaning"), cells(TRANSPORT))
def test_what_a_broken_way_means(
    name: str, fault: str, meaning: str, sources: dict[str, Source], publishers: dict[str, Endpoint]
) -> None:
    banned = [one for one in publishers.values() if one.host == publishers[name].host]
    for one in banned if fault == "banned" else [publishers[name]]:
        one.fault = Fault(fault)
    assert meaning_of(sources[name]) == meaning
