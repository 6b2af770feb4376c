"""What each source says to each way in which its publisher may fail: read a row to know a source."""

import pytest

from bot.sources.base import Source
from tests.fakes.endpoint import Endpoint
from tests.upstream.matrix import break_way, cells, meaning_of, twist
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
                     blank  html  403      429      500   short  reset    banned   hang
akshare.em           down   down  limited  limited  down  down   limited  limited  down
akshare.sse_shares   down   down  limited  limited  down  down   limited  limited  down
akshare.szse_shares  down   down  limited  limited  down  down   limited  limited  down
akshare.ths          down   down  limited  limited  down  down   limited  limited  down
akshare.sse_margin   down   down  limited  limited  down  down   limited  limited  down
akshare.szse_margin  down   down  limited  limited  down  down   limited  limited  down
"""


@pytest.mark.parametrize(("name", "said", "meaning"), cells(CONTENT))
def test_what_an_answer_means(
    name: str, said: str, meaning: str, sources: dict[str, Source], publishers: dict[str, Endpoint]
) -> None:
    twist(publishers[name], said)
    assert meaning_of(sources[name], DAY, EVENING) == meaning


@pytest.mark.parametrize(("name", "fault", "meaning"), cells(TRANSPORT))
def test_what_a_broken_way_means(
    name: str, fault: str, meaning: str, sources: dict[str, Source], publishers: dict[str, Endpoint]
) -> None:
    break_way(publishers[name], fault, publishers.values())
    assert meaning_of(sources[name], DAY, EVENING) == meaning
