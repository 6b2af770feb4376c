"""`admin dead` and `admin tidy`: beside the running service, in words for people and in JSON for scripts."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import TypeVar

import pytest

from bot.app import opened
from bot.deliveries import Outcome, State
from bot.messages.model import plain
from bot.poll import World
from bot.schedule import SystemClock
from bot.store.new_deliveries import NewDelivery
from bot.subscriptions import Subscription
from config.settings import load_settings
from tests.cli.program import Program

DATABASE = ("--database", "sqlite:///mine.db")
BLOCKED, DEFECT = "Forbidden: bot was blocked", "defect: KeyError"

Result = TypeVar("Result")


def within(etfbot: Program, do: Callable[[World], Coroutine[None, None, Result]]) -> Result:
    """Do something with the database as the service that has it."""
    settings = load_settings({}, etfbot.folder, {"database": f"sqlite:///{etfbot.folder / 'mine.db'}"})

    async def run() -> Result:
        async with opened(settings) as world:
            return await do(world)

    return asyncio.run(run())


async def fill(world: World) -> None:
    """Two letters that were blocked just now, a defect on the page, and one that was sent half a year ago."""
    outbox, now = world.store.outbox, SystemClock().now()
    fates = (
        ("telegram", "100", "digest/evening/2025-02-11", BLOCKED, now),
        ("telegram", "200", "digest/evening/2025-02-11", BLOCKED, now),
        ("web", "me", "poll/close/x", DEFECT, now),
        ("web", "old", "poll/close/x", "", now - timedelta(days=180)),
    )
    for channel, chat, batch, reason, at in fates:
        mine = await world.store.subscriptions.save(Subscription(id=0, channel=channel, chat=chat), at)
        await outbox.enqueue([NewDelivery(batch=batch, subscription_id=mine.id, message=plain("x"), due_at=at)])
        (one,) = await outbox.claim(at, 1, 60)
        if reason:
            await outbox.failed(one, Outcome(state=State.DEAD, error=reason), at)
        else:
            await outbox.marks.sent(one.id, at)


@pytest.fixture
def running(etfbot: Program) -> Program:
    within(etfbot, fill)
    return etfbot


async def counts(world: World) -> dict[State, int]:
    return await world.store.outbox.counts()


def test_letters_are_counted_listed_retried_and_deleted(running: Program) -> None:
    listed, as_json, unknown, refused, none = running.run_all(
        [
            ("admin", "dead", "list", *DATABASE),
            ("admin", "dead", "list", "--reason", "BLOCKED", "--json", *DATABASE),
            ("admin", "dead", "list", "--channel", "wecom", *DATABASE),
            ("admin", "dead", "retry", *DATABASE),
            ("admin", "dead", "list", "--kind", "broadcast", *DATABASE),
        ]
    )
    assert listed.out.splitlines()[0].startswith("2 × telegram digest")
    assert f"web:me  {DEFECT}" in listed.out
    found = [json.loads(line) for line in as_json.out.splitlines()]
    assert [(one["chat"], one["kind"], one["reason"]) for one in found] == [
        ("200", "digest", BLOCKED),
        ("100", "digest", BLOCKED),
    ]
    assert (unknown.code, refused.code) == (1, 1)
    assert "“wecom” is not understood" in unknown.complaint
    assert "say which: --reason, --channel, --kind or --id; or --all" in refused.complaint
    assert "No dead letters" in none.out
    retried = running.run("admin", "dead", "retry", "--reason", "blocked", *DATABASE)
    assert retried.out == "Back in the queue: 2.\n"
    assert running.run("admin", "dead", "drop", "--channel", "web", *DATABASE).out == "Deleted: 1.\n"
    assert within(running, counts) == {State.PENDING: 2, State.SENDING: 0, State.SENT: 1, State.DEAD: 0}
    audit = running.run("admin", "audit", *DATABASE).out
    assert "dead letters: web → 1 deleted" in audit
    assert f"dead letters: {BLOCKED} → 2 retried" in audit


def test_tidying_is_shown_before_and_then_done(running: Program) -> None:
    dry = running.run("admin", "tidy", "--dry-run", *DATABASE)
    assert dry.out.splitlines() == ["With the present settings this would go:", "deliveries 1"]
    assert within(running, counts)[State.SENT] == 1
    kept = running.run("admin", "tidy", "--json", *DATABASE, ETFBOT_KEEPING__DELIVERIES_DAYS="365")
    assert json.loads(kept.out)["deliveries"] == 0
    done = running.run("admin", "tidy", "--compact", *DATABASE)
    lines = done.out.splitlines()
    assert lines[:2] == ["This has gone:", "deliveries 1"]
    assert lines[2].startswith("The database file has shrunk from ")
    assert within(running, counts)[State.SENT] == 0
    assert "tidy: — → deliveries 1" in running.run("admin", "audit", *DATABASE).out
    assert running.run("admin", "tidy", *DATABASE).out.splitlines()[1] == "nothing"
