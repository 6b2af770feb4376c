"""What grows with time is let go when it is old and nobody needs it, and nothing else is."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select

from bot.alerts import Reason
from bot.deliveries import State
from bot.rules import RuleDraft, RuleHit, Telling
from bot.store import tidying
from bot.store.admin_tables import BROADCASTS, CHANGE_DRAFTS, CHANGES, OVERRIDES
from bot.store.audit import Deed
from bot.store.changes import Kind
from bot.store.database import Database, StoreError
from bot.store.rule_hits import add_hits
from bot.store.sweeps import Keeping, sweeps
from bot.store.tables import (
    ALERTS,
    AUDIT,
    CHAT,
    DELIVERIES,
    DELIVERY_ALERTS,
    METADATA,
    PICTURES,
    QUARANTINE,
    RULE_DRAFTS,
    RULE_HITS,
    RULES,
)
from tests.store.samples import FUND, NOW, alert, letters, subscribers, subscription, to_all

pytestmark = pytest.mark.anyio

ENDING = frozenset({"premium_spike"})
DAY = timedelta(days=1)
PRODUCT = {"snapshots", "sessions", "alerts", "runs"}
"""Tables that are kept for ever: the product, and the memory of what was told and done."""
PEOPLE = {
    "subscriptions",
    "watchlists",
    "rules",
    "bans",
    "beginnings",
    "overrides",
    "changes",
    "broadcasts",
    "uploads",
    "crew",
}
"""Tables that grow with people and what they decide, and not with time; uploads and the crew are bounded by their stores."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidying, "PAUSE_SECONDS", 0.0)


def test_every_table_has_its_bound_or_a_reason_to_have_none() -> None:
    swept = {one.table.name for one in sweeps(Keeping(audit_days=1), NOW, ENDING)}
    with_them = {"delivery_alerts", PICTURES.name}
    assert swept | with_them | PRODUCT | PEOPLE == {*METADATA.tables}
    assert not (swept | with_them) & (PRODUCT | PEOPLE)


def test_zero_means_for_ever() -> None:
    never = Keeping(**dict.fromkeys(Keeping.__dataclass_fields__, 0))
    assert list(sweeps(never, NOW, ENDING)) == []


async def rows(store: Database, table: Table) -> list[Any]:
    async with store._connections.read() as connection:
        return list((await connection.execute(select(table).order_by(*table.primary_key.columns))).mappings())


async def put(store: Database, table: Table, *values: dict[str, Any]) -> None:
    async with store._connections.write() as connection:
        await connection.execute(insert(table), list(values))


def delivery(number: int, reader: int, state: State, ended_at: datetime | None, due_at: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "batch": f"poll/close/{number}",
        "subscription_id": reader,
        "message": {"blocks": []},
        "priority": 1,
        "due_at": due_at,
        "state": state,
        "attempts": 1,
        "parts_sent": 1,
        "remote_ids": "7\n",
        "plain": False,
        "ended_at": ended_at,
        "error": "",
    }


def told(number: int, asof: datetime, *, kind: str, code: str, reason: Reason, rung: int) -> dict[str, Any]:
    return {
        "id": number,
        "identity": str(number),
        "batch": "b",
        "kind": kind,
        "axis": "fund",
        "code": code,
        **dict.fromkeys(("day", "since", "reached"), asof.date()),
        "rung": rung,
        "strength": 0.5,
        "evidence": {},
        "reason": reason.value,
        "asof": asof,
    }


def a_history(dice: random.Random, readers: Sequence[int]) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Deliveries of 500 days in any state, each with the alerts that it told."""
    alerts = 0
    for number in range(1, 1_301):
        at = NOW - dice.random() * 500 * DAY
        state = dice.choice([*State, State.SENT, State.SENT, State.SENT])
        ended = at + dice.random() * DAY if state in (State.SENT, State.DEAD) else None
        yield (
            delivery(number, dice.choice(readers), state, ended, at),
            [
                told(
                    alerts := alerts + 1,
                    at,
                    kind=dice.choice(["premium_spike", "inflow_streak"]),
                    code=dice.choice(["510300", "159915", "560850"]),
                    reason=dice.choice(list(Reason)),
                    rung=dice.choice([0, 1, 1]),
                )
                for _ in range(dice.choice([0, 1, 2]))
            ],
        )


def needed(one: dict[str, Any], its: list[dict[str, Any]], newest: dict[tuple[str, str], int]) -> bool:
    """What the documentation promises, in plain words."""
    edge = NOW - 90 * DAY
    if one["state"] is State.SENDING:
        return True
    if one["state"] is State.PENDING:
        return bool(one["due_at"] >= edge)
    if one["ended_at"] >= edge:
        return True
    return any(
        each["kind"] in ENDING
        and each["id"] == newest[each["kind"], each["code"]]
        and each["reason"] != Reason.ENDED
        and each["rung"] > 0
        and each["asof"] >= NOW - 365 * DAY
        for each in its
    )


@pytest.mark.parametrize("seed", range(2))
async def test_nothing_goes_that_is_young_or_still_needed_and_all_else_does(store: Database, seed: int) -> None:
    readers = await subscribers(store, 4)
    history = list(a_history(random.Random(seed), readers))  # noqa: S311
    alerts = [each for _, its in history for each in its]
    ties = [{"delivery_id": one["id"], "alert_id": each["id"]} for one, its in history for each in its]
    await put(store, DELIVERIES, *({**one, "gate": None, "letter": None} for one, _ in history))
    await put(store, ALERTS, *alerts)
    await put(store, DELIVERY_ALERTS, *ties)
    newest = dict[tuple[str, str], int]()
    for each in alerts:
        newest[each["kind"], each["code"]] = each["id"]
    kept = [one["id"] for one, its in history if needed(one, its, newest)]
    keeping = Keeping(deliveries_days=90)
    foreseen = await store.tidying.tidy(keeping, NOW, ENDING, dry_run=True)
    assert len(await rows(store, DELIVERIES)) == len(history)
    gone = await store.tidying.tidy(keeping, NOW, ENDING)
    assert gone == foreseen
    assert [one["id"] for one in await rows(store, DELIVERIES)] == kept
    assert gone["deliveries"] + gone["stranded"] == len(history) - len(kept) > 2 * tidying.CHUNK - 400
    assert {one["delivery_id"] for one in await rows(store, DELIVERY_ALERTS)} <= {*kept}
    assert len(await rows(store, ALERTS)) == len(alerts)
    assert set((await store.tidying.tidy(keeping, NOW, ENDING)).values()) == {0}


async def test_an_alert_is_told_once_however_long_ago_its_messages_have_gone(store: Database) -> None:
    readers = await subscribers(store, 2)
    assert await store.outbox.record("old", [alert()], NOW, to_all(readers), None) == 2
    for one in await store.outbox.claim(NOW, 9, 60):
        await store.outbox.marks.sent(one.id, NOW)
    later = NOW + 1000 * DAY
    assert (await store.tidying.tidy(Keeping(), later, ()))["deliveries"] == 2
    assert await store.outbox.record("again", [alert()], later, to_all(readers, "again"), None) == 0
    (kept,) = await store.alerts.of_subject(FUND, 9)
    assert kept.alert == alert()
    assert await store.alerts.message_with(readers[0], kept.id) is None


async def test_others_get_their_turn_in_between(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidying, "PAUSE_SECONDS", 0.001)
    (reader,) = await subscribers(store, 1)
    long_ago = NOW - 200 * DAY
    many = [delivery(number, reader, State.SENT, long_ago, long_ago) for number in range(1, 2_501)]
    await put(store, DELIVERIES, *({**one, "gate": None, "letter": None} for one in many))
    working = asyncio.create_task(store.tidying.tidy(Keeping(), NOW, ()))
    seen = set[int]()
    while not working.done():
        await store.runs.finish("between", NOW, NOW, "")
        seen.add(len(await rows(store, DELIVERIES)))
    assert len(seen) >= 3
    assert all(count % tidying.CHUNK == 0 for count in seen)
    assert (await working)["deliveries"] == 2_500


async def test_ledgers_drafts_and_transcripts_have_their_days_and_the_last_number_stays(store: Database) -> None:
    deed, old = Deed("telegram:3", NOW - 40 * DAY), NOW - 400 * DAY
    for at in (old, old, NOW):
        await store.chat.add("me", "me", {"blocks": []}, at)
        await store.audit.write("cli:me", "something", "", "x", at)
    for _ in range(2):
        await store.changes.draft(Kind.LIMITS, {"rules.max_rules": 3}, deed)
    counts = await store.tidying.tidy(Keeping(), NOW, ())
    assert (counts["transcript"], counts["change_drafts"]) == (2, 1)
    assert "audit" not in counts
    assert len(await rows(store, AUDIT)) == 3
    assert [one["at"] for one in await rows(store, CHAT)] == [NOW]
    assert [one["id"] for one in await rows(store, CHANGE_DRAFTS)] == [2]
    assert (await store.tidying.tidy(Keeping(audit_days=30), NOW, ()))["audit"] == 2
    await store.tidying.tidy(Keeping(), NOW + 1000 * DAY, ())
    assert len(await rows(store, CHAT)) == 1, "a page that is open asks for what comes after it"


async def test_an_edit_of_what_has_gone_is_passed_over(store: Database) -> None:
    first = await store.chat.add("me", "bot", {"blocks": []}, NOW - 400 * DAY)
    for _ in range(3):
        await store.chat.replace("me", first, {"blocks": []}, NOW)
    last = await store.chat.add("me", "me", {"blocks": []}, NOW)
    assert (await store.tidying.tidy(Keeping(), NOW, ()))["transcript"] == 1
    assert [one.id for one in await store.chat.since(["me"], 0, 2)] == [last]


async def test_hits_of_rules_go_and_the_rules_stay(store: Database) -> None:
    (reader,) = await subscribers(store, 1)
    draft = RuleDraft(
        channel="telegram", chat="0", thread="", share=0.0, text="close > 1", said="close > 1", telling=Telling()
    )
    number = await store.rules.draft(draft, NOW - 40 * DAY)
    found = await store.rules.find_draft("telegram", "0", "", number)
    assert found is not None
    rule = await store.rules.add(reader, found, NOW - 40 * DAY, 9)
    days = (date(2023, 1, 3), date(2025, 2, 10))
    async with store._connections.write() as connection:
        await add_hits(connection, [RuleHit(rule_id=rule.id, code="510300", day=day) for day in days])
    await store.rules.draft(draft, NOW)
    counts = await store.tidying.tidy(Keeping(), NOW, ())
    assert (counts["rule_hits"], counts["rule_drafts"]) == (1, 1)
    assert [one["day"] for one in await rows(store, RULE_HITS)] == [days[1]]
    assert len(await rows(store, RULES)) == 1
    assert len(await rows(store, RULE_DRAFTS)) == 1


async def test_refused_tables_go_but_for_those_that_were_let_in(store: Database) -> None:
    base: dict[str, Any] = {
        **dict.fromkeys(("dataset", "source", "scope", "gate", "detail"), "x"),
        "day": date(2024, 1, 2),
        **dict.fromkeys(("fetched_at", "known_at"), NOW - 200 * DAY),
        "provisional": False,
        "rows": 1,
        "payload": b"",
    }
    await put(
        store,
        QUARANTINE,
        {**base, "digest": "kept out", "accepted_at": None},
        {**base, "digest": "let in", "accepted_at": NOW - 199 * DAY},
        {**base, "digest": "new", "accepted_at": None, "fetched_at": NOW},
    )
    assert (await store.tidying.tidy(Keeping(), NOW, ()))["quarantine"] == 1
    assert [one["digest"] for one in await rows(store, QUARANTINE)] == ["let in", "new"]


async def test_what_people_decided_is_nobodys_dust(store: Database) -> None:
    deed = Deed("telegram:3", NOW)
    await store.changes.make(Kind.LIMITS, {"rules.max_rules": 3}, deed)
    await store.broadcasts.draft("words", "", "", deed)
    await store.tidying.tidy(Keeping(audit_days=1), NOW + 2000 * DAY, ())
    assert [len(await rows(store, one)) for one in (OVERRIDES, CHANGES, BROADCASTS)] == [1, 1, 1]


async def three_years(store: Database, readers: int, *, paged: bool) -> tuple[list[int], list[int]]:
    """Rows, and pages of the file, after each month of three years, of a service that leaves each reader a message a day."""
    everybody = [(await store.subscriptions.save(subscription(str(one)), NOW)).id for one in range(readers)]
    counts, pages = list[int](), list[int]()
    for month in range(36):
        days = [NOW + (30 * month + day) * DAY for day in range(30)]
        left = [one for day in days for one in letters(everybody, f"digest/evening/{day.date()}", day)]
        await store.outbox.enqueue(left)
        async with store._connections.write() as connection:
            ended = DELIVERIES.update().where(DELIVERIES.c.state == State.PENDING)
            await connection.execute(ended.values(state=State.SENT, ended_at=DELIVERIES.c.due_at))
        await store.tidying.tidy(Keeping(deliveries_days=90), days[-1], ENDING)
        async with store._connections.read() as connection:
            counts.append((await connection.execute(select(func.count()).select_from(DELIVERIES))).scalar_one())
            if paged:
                pages.append((await connection.exec_driver_sql("PRAGMA page_count")).scalar_one())
    return counts, pages


@pytest.mark.parametrize("readers", [3, pytest.param(300, marks=pytest.mark.slow)])
async def test_three_years_of_messages_take_no_more_room_than_a_quarter_of_one(
    store: Database, store_url: str, readers: int
) -> None:
    counts, pages = await three_years(store, readers, paged=store_url.startswith("sqlite"))
    assert set(counts[4:]) == {91 * readers}
    assert max(pages[6:], default=0) <= 1.15 * max(pages[:6], default=0)


async def test_a_file_is_compacted_and_a_server_does_that_by_itself(store: Database, store_url: str) -> None:
    (reader,) = await subscribers(store, 1)
    long_ago = NOW - 200 * DAY
    many = [delivery(number, reader, State.SENT, long_ago, long_ago) for number in range(1, 3_001)]
    await put(store, DELIVERIES, *({**one, "gate": None, "letter": None, "error": "x" * 500} for one in many))
    await store.tidying.tidy(Keeping(), NOW, ())
    if not store_url.startswith("sqlite"):
        with pytest.raises(StoreError, match="autovacuum"):
            await store.tidying.compact()
        return
    before, after = await store.tidying.compact()
    assert after < before / 2
    assert await store.recovered()
    assert len(await rows(store, DELIVERIES)) == 0
