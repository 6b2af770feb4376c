"""A dry run: how often, when and for whom a rule would have told, and what it says today."""

from datetime import date

import pytest

from signals.core.laying import lay_panel
from signals.core.panel import Panel
from signals.rules import Trial, dry_run, parse
from tests.builders import LAST_DAY, market, moment
from tests.signals.rules.sentences import VOCABULARY

NOTHING = Trial(first=None, last=None, decided=0, holds=0, begins=0, days={}, today=())


def world() -> Panel:
    closes = {
        "510300": [1.0, 1.1, 1.2, None, 1.3, 1.2],
        "159915": [1.0, 0.9, 1.0, 1.1, 1.0, 1.1],
        "560850": [1.0, 0.9, 0.8, 0.7, 0.6, 0.5],
    }
    made = market(6)
    for code, close in closes.items():
        made = made.fund(code, close=close)
    return made.panel()


def tried(text: str, panel: Panel | None = None, **kwargs: object) -> Trial:
    return dry_run(parse(text, VOCABULARY), panel or world(), **kwargs)  # type: ignore[arg-type]


def test_it_counts_where_a_rule_holds_and_where_it_begins_to() -> None:
    trial, days = tried("change > 0"), world().sessions
    assert (trial.first, trial.last) == (days[0], days[-1])
    assert (trial.decided, trial.holds, trial.begins) == (14, 6, 3)
    assert trial.days == {days[5]: ("159915",), days[2]: ("159915",), days[1]: ("510300",)}
    assert list(trial.days) == sorted(trial.days, reverse=True)
    assert trial.funds == {"159915": 2, "510300": 1}
    assert list(trial.funds) == ["159915", "510300"]
    assert trial.share == pytest.approx(6 / 14)


def test_a_session_that_is_unknown_neither_ends_nor_begins_anything() -> None:
    assert tried("change > 0", funds={"510300"}).begins == 1


def test_only_the_last_sessions_are_counted_and_earlier_ones_still_known() -> None:
    trial, days = tried("change > 0", sessions=2), world().sessions
    assert (trial.first, trial.decided, trial.holds) == (days[4], 6, 2)
    assert trial.days == {days[5]: ("159915",)}


def test_today_names_the_figures_with_their_day_and_source() -> None:
    (hit,) = tried("change > 0").today
    assert (hit.fund, hit.day, hit.begins) == ("159915", date(2025, 2, 11), True)
    (evidence,) = hit.evidence
    assert evidence.label.zh == "涨跌幅"
    assert evidence.figure.value == pytest.approx(0.1)
    assert (evidence.figure.day, evidence.figure.source) == (date(2025, 2, 11), "etf_daily.szse")


def test_today_is_the_newest_session_that_decides_it() -> None:
    panel = market(3).fund("510300", close=1.0, shares=[1e8, 1.1e8, None], nav=1.0).panel()
    (hit,) = tried("净流入 > 0", panel).today
    assert hit.day == panel.sessions[1]


def test_a_figure_that_is_not_known_is_no_evidence() -> None:
    panel = market(2).fund("510300", close=[1.0, 1.1]).panel()
    (hit,) = tried("change > 0 或 净流入 > 0", panel).today
    assert [one.label.en for one in hit.evidence] == ["change"]


def test_what_holds_on_every_fifth_fund_day_is_not_absurd_and_more_is() -> None:
    assert not Trial(**{**vars_of(NOTHING), "decided": 100, "holds": 20}).absurd
    assert Trial(**{**vars_of(NOTHING), "decided": 100, "holds": 21}).absurd
    assert tried("change > -50%").absurd


def vars_of(trial: Trial) -> dict[str, object]:
    return {name: getattr(trial, name) for name in Trial.__slots__}


def test_nothing_can_be_tried_on_an_empty_market() -> None:
    trial = tried("change > 0", market(2).panel())
    assert (trial.decided, trial.share, trial.absurd, trial.today, trial.funds) == (0, 0.0, False, (), {})
    assert tried("净流入 > 0").today == ()


def test_a_panel_without_sessions_has_no_first_day() -> None:
    assert tried("change > 0", market(1).panel().until(date(2025, 2, 11))).decided == 0
    assert dry_run(parse("change > 0", VOCABULARY), lay_panel([], (), moment(LAST_DAY))) == NOTHING
