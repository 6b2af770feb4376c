"""Evidence at hand: worked out once, over the panel that is looked at, for what is news."""

import asyncio
from dataclasses import dataclass, replace

import pytest

from bot.studies import KEPT_MAX, Studies, StudyPlan
from signals.core.detector import Findings
from signals.core.field import Axis
from signals.core.panel import Panel
from signals.core.profile import FundClass
from signals.core.signal import Signal, Subject
from signals.streak import InflowStreak
from signals.study.evidence import Study, Terms, study
from tests.builders import LAST_DAY, market, moment
from tests.contracts.test_detectors import DETECTORS, world
from tests.signals.study.worlds import HighNav

PLAN = StudyPlan(lines=True, terms=Terms(resamples=100, least_count=5))


@dataclass(frozen=True, kw_only=True)
class Broken(HighNav):
    """Stumbles over every panel."""

    name = "broken"

    def find(self, panel: Panel) -> Findings:
        raise RuntimeError("a defect")


def signal(kind: str, code: str, axis: Axis = Axis.FUND) -> Signal:
    return Signal(
        kind=kind,
        subject=Subject(axis, code),
        day=LAST_DAY,
        since=LAST_DAY,
        reached=LAST_DAY,
        strength=0.5,
        evidence={},
    )


def test_a_study_is_that_of_the_panel_and_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    studies, panel, made = Studies(PLAN), world(0), list[str]()

    def counted(*arguments: object) -> Study | None:
        made.append("once")
        return study(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("bot.studies.study", counted)
    detector = DETECTORS["inflow_streak"]
    found = studies.of(panel, detector, FundClass.EQUITY)
    assert found == study(panel, detector, FundClass.EQUITY, PLAN.terms)
    assert studies.of(panel, detector, FundClass.EQUITY) is found
    assert made == ["once"]
    studies.of(panel, InflowStreak(min_days=4), FundClass.EQUITY)
    studies.of(panel.until(panel.sessions[-2]), detector, FundClass.EQUITY)
    assert made == ["once"] * 3, "other thresholds and another day are another study"


def test_an_empty_panel_has_no_study() -> None:
    empty = replace(market(8).panel(), sessions=(), _derived={})
    assert Studies(PLAN).of(empty, DETECTORS["inflow_streak"], FundClass.EQUITY) is None


def test_the_oldest_studies_are_forgotten() -> None:
    studies, panel = Studies(PLAN), market(12).fund("510300", close=1.0, nav=[0.5, 1.0] * 6).panel()
    first = studies.of(panel, HighNav(least=0.9), FundClass.EQUITY)
    for number in range(KEPT_MAX):
        studies.of(panel, HighNav(least=1 + number / 1000), FundClass.EQUITY)
    again = studies.of(panel, HighNav(least=0.9), FundClass.EQUITY)
    assert again == first
    assert again is not first


def test_each_kind_and_class_of_news_has_its_evidence() -> None:
    panel = world(0)
    code, bond = panel.subjects[Axis.FUND][:2]
    profiles = {**panel.profiles, bond: replace(panel.profiles[bond], fund_class=FundClass.BOND)}
    mixed = replace(panel, profiles=profiles, _derived={})
    news = [signal("inflow_streak", code), signal("inflow_streak", bond), signal("rising_streak", code)]
    found = Studies(PLAN).evidence(mixed, DETECTORS, [*news, *news])
    assert set(found.studies) == {
        ("inflow_streak", FundClass.EQUITY),
        ("inflow_streak", FundClass.BOND),
        ("rising_streak", FundClass.EQUITY),
    }
    assert found.horizon_sessions == PLAN.horizon_sessions


def test_without_lines_nothing_is_worked_out() -> None:
    panel = world(0)
    news = [signal("inflow_streak", panel.subjects[Axis.FUND][0])]
    assert Studies().evidence(panel, DETECTORS, news).studies == {}


def test_what_has_no_prices_has_no_evidence() -> None:
    news = [signal("margin_rise", "SSE+SZSE", Axis.MARKET)]
    assert Studies(PLAN).evidence(world(0), DETECTORS, news).studies == {}


def test_a_detector_that_breaks_takes_nothing_with_it() -> None:
    panel = world(0)
    code = panel.subjects[Axis.FUND][0]
    news = [signal("broken", code), signal("inflow_streak", code)]
    found = Studies(PLAN).evidence(panel, {**DETECTORS, "broken": Broken()}, news)
    assert [kind for kind, _ in found.studies] == ["inflow_streak"]


class Shelf:
    """A market store that counts how often a panel is laid."""

    def __init__(self, panel: Panel) -> None:
        self.panel_kept, self.asked, self.tables = panel, list[int](), 1

    async def stamp(self, asof: object) -> str:
        return str(self.tables)

    async def panel(self, calendar: object, day: object, asof: object, sessions: int) -> Panel:
        self.asked.append(sessions)
        return self.panel_kept


def test_a_history_is_laid_once_until_something_new_is_known() -> None:
    shelf, studies, detector = Shelf(world(0)), Studies(PLAN), DETECTORS["inflow_streak"]

    async def ask(sessions: int = 1000) -> Study | None:
        told = await studies.history(
            shelf,  # type: ignore[arg-type]
            None,  # type: ignore[arg-type]
            detector,
            day=LAST_DAY,
            asof=moment(LAST_DAY),
            sessions=sessions,
        )
        assert not told.demo
        return told.study

    async def several() -> None:
        first, second = await asyncio.gather(ask(), ask())
        assert first == second == study(world(0), detector, FundClass.EQUITY, PLAN.terms)
        assert shelf.asked == [1000]
        await ask(20)
        assert shelf.asked == [1000, 20]
        shelf.tables += 1
        await ask()
        assert shelf.asked == [1000, 20, 1000]

    asyncio.run(several())
