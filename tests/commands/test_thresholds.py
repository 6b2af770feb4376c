"""Thresholds by chat: tried out beside the present ones, in force at the next look, and back again."""

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from bot.admin.errors import CannotError
from bot.admin.thresholds import PREVIEW_SESSIONS, changed, preview, read_threshold, tuned
from bot.alerts import Pace, Reason, Told, decide
from bot.sights import look
from signals import load_detectors
from signals.core.detector import Detector, Tell
from signals.core.signal import Subject
from signals.streak import InflowStreak, OutflowStreak
from signals.surge import AmountSurge
from tests.builders import Market, market
from tests.commands.running import Person, running
from tests.commands.said import said

pytestmark = pytest.mark.anyio

CODES = [f"51{number:04d}" for number in range(6)]


async def test_a_threshold_is_shown_with_its_default_and_what_set_it(database: Path) -> None:
    async with running(database) as owner:
        lines = said(await owner.say("/admin thresholds inflow_streak"))
        assert "min_days = 3 (defaults.toml)" in lines
        await _set(owner, "inflow_streak min_days 4")
        lines = said(await owner.say("/admin thresholds 连续净流入"))
        assert "min_days = 4 (set by an administrator; default 3)" in lines
        assert any(one.startswith("* inflow_streak") for one in said(await owner.say("/admin thresholds")))


async def test_another_value_counts_at_the_next_look_and_a_reset_is_the_files_again(database: Path) -> None:
    async with running(database) as owner:
        world = (await owner.chat.desk.present()).world
        assert world.detectors["amount_surge"] == AmountSurge()
        await _set(owner, "amount_surge min_amount_cny 3亿")
        changed = (await owner.chat.desk.present()).world
        assert changed.detectors["amount_surge"] == AmountSurge(min_amount_cny=3e8)
        assert changed is (await owner.chat.desk.present()).world, "the same until something changes"
        await _set(owner, "amount_surge tell off")
        assert (await owner.chat.desk.present()).world.detectors["amount_surge"].tell is Tell.OFF
        await _set(owner, "amount_surge min_amount_cny reset")
        await owner.say("/admin undo thresholds")
        await owner.say("/admin undo thresholds")
        last = (await owner.chat.desk.present()).world.detectors["amount_surge"]
        assert last == AmountSurge(min_amount_cny=3e8)
    async with running(database) as owner:
        again = (await owner.chat.desk.present()).world.detectors["amount_surge"]
        assert again == AmountSurge(min_amount_cny=3e8), "it survives a restart"


async def test_the_draft_says_what_would_have_been_told(database: Path) -> None:
    async with running(database) as owner:
        lines = said(await owner.say("/admin thresholds inflow_streak min_days 4"))
        assert lines[1] == "detectors.inflow_streak.min_days: not set → 4"
        assert lines[2].startswith(f"Alerts over the last {PREVIEW_SESSIONS} sessions: ")
        assert "Some that differ:" in lines
        intraday = said(await owner.say("/admin thresholds intraday_rise min_move 4%"))
        assert "Intraday signals have no past prices to be tried out on." in intraday


@pytest.mark.parametrize("seed", range(2))
def test_the_preview_is_what_polls_would_have_told_session_by_session(seed: int) -> None:
    world = _market(seed)
    now, then = InflowStreak(), OutflowStreak(min_days=2, step_days=2)
    found = preview(world.panel(), now, then)
    assert found.days == world.sessions[-PREVIEW_SESSIONS:]
    for told, detector in ((found.now, now), (found.then, then)):
        recounted = _recount(world, detector)
        assert sum(recounted.values())
        assert {day: told.get(day, 0) for day in found.days} == {day: recounted[day] for day in found.days}


def test_examples_are_of_what_only_one_of_the_two_tells() -> None:
    panel = _market(0).panel()
    same = preview(panel, InflowStreak(), InflowStreak())
    assert same.examples == ()
    assert same.now == same.then
    silent = preview(panel, InflowStreak(), InflowStreak(tell=Tell.OFF))
    assert sum(silent.then.values()) == 0
    assert silent.examples
    assert max(one.day for one in silent.examples) == max(silent.now)


@pytest.mark.parametrize(
    ("detector", "parameter", "text", "value"),
    [
        (AmountSurge(), "min_amount_cny", "2亿", 2e8),
        (AmountSurge(), "min_amount_cny", "5,000万元", 5e7),
        (AmountSurge(), "min_times", "4.5", 4.5),
        (AmountSurge(), "min_times", "450%", 4.5),
        (InflowStreak(), "least_flow_cny", "0", 0.0),
        (InflowStreak(), "min_days", "7", 7),
        (InflowStreak(), "tell_end", "开", True),
        (InflowStreak(), "tell", "DIGEST", "digest"),
        (InflowStreak(), "flat", "neutral", "neutral"),
    ],
)
def test_values_are_read_as_people_write_them(detector: Detector, parameter: str, text: str, value: object) -> None:
    read = read_threshold(detector, parameter, text)
    assert (read, type(read)) == (value, type(value))
    assert changed(detector, parameter, read).settings()[parameter] == value


@pytest.mark.parametrize("word", ["", "x", "nan", "inf", "1e400", "-1", "321", "3 days", "３x"])
def test_a_number_that_will_not_do_names_the_word(word: str) -> None:
    with pytest.raises(CannotError) as refused:
        read_threshold(InflowStreak(), "min_days", word)
    assert refused.value.values["word"] == word


def test_every_present_value_of_every_detector_may_be_set_again() -> None:
    for one in load_detectors().values():
        for name, value in one().settings().items():
            assert changed(one(), name, getattr(value, "value", value)) == one(), (one.name, name)


def test_overrides_that_no_detector_can_use_are_left_out_and_named() -> None:
    base = {"inflow_streak": InflowStreak()}
    overrides = {
        "detectors.inflow_streak.min_days": 4,
        "detectors.inflow_streak.gone": 1,
        "detectors.gone.min_days": 4,
        "detectors.inflow_streak.step_days": "many",
        "rules.max_rules": 3,
    }
    made, left = tuned(base, overrides)
    assert made == {"inflow_streak": InflowStreak(min_days=4)}
    assert left == ["detectors.inflow_streak.gone", "detectors.gone.min_days", "detectors.inflow_streak.step_days"]


async def _set(owner: Person, words: str) -> None:
    await owner.presses(await owner.say(f"/admin thresholds {words}"), "Confirm")


def _market(seed: int) -> Market:
    """Funds whose shares come and go by chance, more often the way they went before."""
    rng = np.random.default_rng(seed)
    world = market(28)
    for code in CODES:
        signs = np.where(rng.random(28) < 0.3, -1, 1).cumprod()
        world = world.fund(code, close=1.0, nav=1.0, shares=[*(2e8 + np.cumsum(signs) * 1e6)])
    return world


def _recount(world: Market, detector: Detector) -> Counter[date]:
    """Alerts of a poll each session, of a panel that ends there."""
    told, counts = dict[Subject, Told](), Counter[date]()
    for at, day in enumerate(world.sessions[1:], 1):
        panel = replace(world, sessions=world.sessions[: at + 1]).panel()
        sights, _ = look(panel, [detector], day)
        for one in decide(sights, told.values(), Pace(edge=world.sessions[at - 1])):
            signal = one.signal
            counts[day] += one.reason in {Reason.NEW, Reason.STRONGER}
            told[signal.subject] = Told(
                alert_id=1,
                kind=signal.kind,
                subject=signal.subject,
                day=day,
                rung=signal.rung,
                reason=one.reason,
                evidence={},
            )
    return counts
