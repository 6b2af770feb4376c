"""Changes of lists and overrides: drafts, versions, undo, and an entry of each in the audit log."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.store.audit import Deed
from bot.store.changes import (
    Change,
    ChangedMeanwhileError,
    DraftGoneError,
    Kind,
    NothingToUndoError,
    States,
)
from bot.store.database import Database
from bot.store.watchlists import Watchlist
from tests.store.samples import NOW

pytestmark = pytest.mark.anyio

DEED = Deed("telegram:3", NOW)
BROAD = Watchlist("宽基", "宽基", "Broad market", ("510300", "159915"), 0)
KEY = "detectors.inflow_streak.min_days"


def state(*codes: str, position: int = 0, hidden: bool = False) -> dict[str, Any]:
    return {"title_zh": "宽基", "title_en": "Broad", "codes": list(codes), "position": position, "hidden": hidden}


async def test_a_change_is_stored_with_its_entry(store: Database) -> None:
    await store.watchlists.seed([BROAD], NOW)
    change = await store.changes.make(Kind.WATCHLISTS, {"宽基": state("510300")}, DEED)
    assert (await store.watchlists.all()) == [Watchlist("宽基", "宽基", "Broad", ("510300",), 0)]
    (entry,) = await store.audit.recent(5)
    assert (entry.who, entry.at, entry.what) == ("telegram:3", NOW, "watchlists: 宽基")
    assert json.loads(entry.before) == {"宽基": {**state("510300", "159915"), "title_en": "Broad market"}}
    assert json.loads(entry.after) == {"宽基": state("510300")}
    assert await store.changes.recent(Kind.WATCHLISTS, 5) == [change]


async def test_a_change_that_changes_nothing_leaves_no_trace(store: Database) -> None:
    await store.changes.make(Kind.THRESHOLDS, {KEY: 4}, DEED)
    await store.changes.make(Kind.THRESHOLDS, {KEY: 4}, DEED)
    assert len(await store.changes.recent(Kind.THRESHOLDS, 5)) == 1
    assert len(await store.audit.recent(5)) == 1
    assert await store.changes.overrides() == {KEY: 4}


async def test_a_removed_list_is_not_seeded_again_and_comes_back_by_undo(store: Database) -> None:
    await store.watchlists.seed([BROAD], NOW)
    await store.changes.make(Kind.WATCHLISTS, {"宽基": None}, DEED)
    assert await store.watchlists.seed([BROAD], NOW) == 0
    assert await store.watchlists.all() == []
    await store.changes.undo(Kind.WATCHLISTS, DEED)
    assert await store.watchlists.all() == [BROAD]


async def test_a_hidden_list_is_not_offered(store: Database) -> None:
    await store.watchlists.seed([BROAD], NOW)
    await store.changes.make(Kind.WATCHLISTS, {"宽基": state(hidden=True)}, DEED)
    assert await store.watchlists.offered() == []
    assert [one.name for one in await store.watchlists.all()] == ["宽基"]


async def test_a_draft_changes_nothing_until_it_is_confirmed_and_then_once(store: Database) -> None:
    draft = await store.changes.draft(Kind.THRESHOLDS, {KEY: 4}, DEED)
    assert (draft.before, draft.after) == ({KEY: None}, {KEY: 4})
    assert await store.changes.overrides() == {}
    assert await store.audit.recent(5) == []
    await store.changes.confirm(draft.id, DEED)
    with pytest.raises(DraftGoneError):
        await store.changes.confirm(draft.id, DEED)
    assert await store.changes.overrides() == {KEY: 4}
    assert len(await store.audit.recent(5)) == 1


async def test_a_draft_is_its_authors_alone(store: Database) -> None:
    draft = await store.changes.draft(Kind.THRESHOLDS, {KEY: 4}, DEED)
    with pytest.raises(DraftGoneError):
        await store.changes.confirm(draft.id, Deed("telegram:2", NOW))
    await store.changes.drop(draft.id, DEED)
    with pytest.raises(DraftGoneError):
        await store.changes.confirm(draft.id, DEED)


async def test_a_draft_over_what_has_changed_meanwhile_is_refused_and_may_be_asked_again(store: Database) -> None:
    draft = await store.changes.draft(Kind.THRESHOLDS, {KEY: 4}, DEED)
    await store.changes.make(Kind.THRESHOLDS, {KEY: 5}, DEED)
    for _ in range(2):
        with pytest.raises(ChangedMeanwhileError):
            await store.changes.confirm(draft.id, DEED)
    assert await store.changes.overrides() == {KEY: 5}


async def test_undo_takes_back_the_newest_of_its_kind_and_says_so_in_the_log(store: Database) -> None:
    await store.changes.make(Kind.THRESHOLDS, {KEY: 4}, DEED)
    await store.changes.make(Kind.LIMITS, {"rules.max_rules": 3}, DEED)
    await store.changes.make(Kind.THRESHOLDS, {KEY: 5}, DEED)
    back = await store.changes.undo(Kind.THRESHOLDS, Deed("cli:me", NOW + timedelta(hours=1)))
    assert (back.before, back.after, back.who) == ({KEY: 5}, {KEY: 4}, "cli:me")
    assert await store.changes.overrides() == {KEY: 4, "rules.max_rules": 3}
    assert (await store.audit.recent(1))[0].what == f"undo thresholds: {KEY}"
    await store.changes.undo(Kind.THRESHOLDS, DEED)
    with pytest.raises(NothingToUndoError):
        await store.changes.undo(Kind.THRESHOLDS, DEED)
    assert await store.changes.overrides() == {"rules.max_rules": 3}


async def test_undo_does_not_overwrite_what_somebody_else_has_done_since(store: Database) -> None:
    await store.watchlists.seed([BROAD], NOW)
    await store.changes.make(Kind.WATCHLISTS, {"宽基": state("510300")}, DEED)
    await store.watchlists.save(BROAD, NOW)
    with pytest.raises(ChangedMeanwhileError):
        await store.changes.undo(Kind.WATCHLISTS, DEED)
    assert await store.watchlists.all() == [BROAD]


NAMES = st.sampled_from(["宽基", "海外", "债"])
STATES = st.one_of(
    st.none(),
    st.builds(
        lambda codes, position, hidden: state(*codes, position=position, hidden=hidden),
        st.lists(st.sampled_from(["510300", "159915", "513100"]), unique=True),
        st.integers(0, 3),
        st.booleans(),
    ),
)
STEPS = st.lists(st.one_of(st.dictionaries(NAMES, STATES, min_size=1), st.just("undo")), max_size=12)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)
@given(steps=STEPS)
async def test_any_sequence_of_changes_undone_gives_the_start(store: Database, steps: list[States | str]) -> None:
    start = await store.watchlists.all()
    before = len(await store.changes.recent(Kind.WATCHLISTS, 10_000))
    for step in steps:
        if isinstance(step, str):
            await _undo(store.changes.undo)
        else:
            await store.changes.make(Kind.WATCHLISTS, step, DEED)
    while await _undo(store.changes.undo):
        pass
    assert await store.watchlists.all() == start
    made = len(await store.changes.recent(Kind.WATCHLISTS, 10_000)) - before
    assert made % 2 == 0, "every change has its undoing"


async def _undo(undo: Callable[..., Any]) -> Change | None:
    try:
        return await undo(Kind.WATCHLISTS, DEED)  # type: ignore[no-any-return]
    except NothingToUndoError:
        return None
