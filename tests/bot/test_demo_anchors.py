"""The inputs of the demo market: another input gives another sentence, a mistaken one is named."""

from datetime import date, datetime
from pathlib import Path

import pytest

import bot.sources.demo
from bot.sources.demo import bundled_anchors, demo_snapshots, read_anchors
from signals.core.calendar import MARKET_ZONE
from signals.core.detector import WINDOW_SESSIONS
from signals.core.field import CLOSE, Axis
from signals.core.flows import FLOW
from signals.core.laying import lay_panel
from signals.core.market import FINANCING_CHANGE
from signals.core.panel import BOTH_EXCHANGES, Panel
from signals.core.prices import TURNOVER
from signals.pullback import FirstPullback
from tests.bot.test_demo_source import DEMO_CALENDAR, known
from tests.builders import seen

TEXT = (Path(bot.sources.demo.__file__).parent / "anchors.toml").read_text("utf-8")
DAY = date(2025, 2, 11)
EVENING = datetime(2025, 2, 11, 18, 21, tzinfo=MARKET_ZONE)


def changed(*pairs: tuple[str, str]) -> str:
    text = TEXT
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def evening(*pairs: tuple[str, str]) -> Panel:
    tables = demo_snapshots(DEMO_CALENDAR, read_anchors(changed(*pairs)))
    return lay_panel(tables, DEMO_CALENDAR.window(DAY, WINDOW_SESSIONS), EVENING)


def test_the_bundled_file_is_what_is_read():
    assert read_anchors(TEXT) == bundled_anchors()


def test_another_volume_is_another_turnover():
    panel = evening(("2025-02-11 = 41_638_500", "2025-02-11 = 50_000_000"))
    assert f"{TURNOVER.figure(panel, '560850').value:.2%}" == "37.83%"


def test_another_share_count_is_another_inflow():
    panel = evening(("2025-02-10 = 132_164_000", "2025-02-10 = 131_164_000"))
    assert f"{FLOW.figure(panel, '560850').value / 1e4:.0f}" == "1428"


def test_another_balance_is_another_change():
    panel = evening(("financing = 894_122_000_000", "financing = 894_222_000_000"))
    assert FINANCING_CHANGE.figure(panel, BOTH_EXCHANGES).value == 191.57e8


def test_a_nav_that_falls_shortens_the_streak():
    panel = evening(("2025-02-06 = 1.3239", "2025-02-06 = 1.2860"))
    assert "560850" not in seen(FirstPullback(), panel, DAY)
    assert "560850" in seen(FirstPullback(), known("2025-02-11 18:21"), DAY)


def test_a_fund_that_is_taken_out_leaves_the_others_as_they_were():
    line = next(one for one in TEXT.splitlines() if '"562030"' in one)
    panel, before = evening((line, "")), known("2025-02-11 18:21")
    assert "562030" not in panel.subjects[Axis.FUND]
    for code in ("560850", "562570", "510300"):
        ours, theirs = (one.values(CLOSE)[:, one.column(Axis.FUND, code)] for one in (panel, before))
        assert ours.tolist() == theirs.tolist()


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("seed = 20250211", "seed = ", "demo anchors: Invalid value"),
        ("seed = 20250211\n", "", "seed Field required"),
        ("market_move = 0.009 ", 'market_move = "much" ', "market_move Input should be a valid number"),
        ("nav = 1.4221, ", "nav = 1.4221, price = 1.43, ", "funds.0.price Unexpected keyword argument"),
        ("2025-02-11 = 41_638_500", "2025-02-30 = 41_638_500", "points.560850.volume.2025-02-30"),
        ("[points.560850]", "[points.560851]", "figures are fixed for 560851, which is no fund here"),
        ('code = "562570"', 'code = "560850"', "fund 560850 is listed twice"),
        ("[index_moves.399006]", "[index_moves.399007]", "moves are fixed for 399007, which is no index here"),
        ('code = "159952"\nday', 'code = "510500"\nday', "510500 cannot be revised"),
        ("SZSE = { financing = 894_122", "BSE = { financing = 894_122", "margin of 2025-02-10: SSE and SZSE must"),
    ],
)
def test_a_mistake_in_the_file_is_named(old, new, complaint):
    with pytest.raises(ValueError, match="demo anchors") as error:
        read_anchors(changed((old, new)))
    assert complaint in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("2025-02-11 = 41_638_500", "2025-02-01 = 41_638_500", "volume of 560850 on 2025-02-01, which is no session"),
        ("day = 2024-10-09", "day = 2024-10-05", "an event of 510580 on 2024-10-05, which is no session"),
        ("2025-02-10 = 132_164_000", "2025-02-10 = 132_164_100", "of 560850 are no whole number of units away"),
    ],
)
def test_a_figure_that_fits_neither_calendar_nor_unit_is_named(old, new, complaint):
    with pytest.raises(ValueError, match="demo anchors") as error:
        demo_snapshots(DEMO_CALENDAR, read_anchors(changed((old, new))))
    assert complaint in str(error.value)
