"""The gate in front of the queue: judged by one at a time, merged in one transaction, on both databases."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.deliveries import Gate, Outcome, State
from bot.messages.letters import Letter, Piece, RulePart
from bot.messages.letters_json import letter_from_json, letter_to_json
from bot.messages.model import line, muted, paragraph, plain, strong
from bot.preferences import QuietHours
from bot.store.alerts import RecordedAlert
from bot.store.database import Database
from bot.store.held import Held, Verdict
from bot.store.new_deliveries import NewDelivery
from bot.store.rule_hits import RecordedRules
from bot.subscriptions import Subscription
from signals.core.calendar import MARKET_ZONE
from tests.store.samples import FUND, NOW, alert, subscribers, subscription

pytestmark = pytest.mark.anyio

LATER = NOW + timedelta(hours=9)
HERE = frozenset({"telegram"})
AT = NOW.astimezone(MARKET_ZONE)


def piece(number: int) -> Piece:
    return Piece(
        alert_id=number,
        follows=number - 1 or None,
        kind="inflow_streak",
        subject=FUND,
        head=(strong("信创50ETF"), muted(" 560850")),
        name="信创50ETF",
        said=f"第{number}条",
        unheard="未曾提示",
        past="同类信号",
        past_of="inflow_streak equity",
        strength=0.1 + 0.2,
        corrects=number % 2 == 0,
        at=AT,
    )


LETTER = Letter(
    at=AT,
    pieces=(piece(1), piece(2)),
    rules=(
        RulePart(
            at=AT, blocks=(paragraph(line(strong("规则1"), "：溢价", indent=1)),), funds=(("560850", "信创50ETF"),)
        ),
    ),
    silent=True,
    demo=True,
)


def test_a_letter_comes_back_as_it_was() -> None:
    assert letter_from_json(letter_to_json(LETTER)) == LETTER


async def leave(store: Database, readers: Sequence[int], batch: str, gate: Gate = Gate.WAITING) -> int:
    """A message with an alert of its own for each reader; the alert's number."""
    found: list[int] = []

    def make(recorded: Sequence[RecordedAlert], _: RecordedRules) -> list[NewDelivery]:
        found.extend(one.id for one in recorded)
        return [
            NewDelivery(
                batch=batch,
                subscription_id=one,
                message=plain(batch),
                alert_ids=tuple(each.id for each in recorded),
                due_at=NOW,
                gate=gate,
                letter=replace(LETTER, pieces=(piece(recorded[0].id),)),
            )
            for one in readers
        ]

    await store.outbox.record(batch, [alert(kind=batch)], NOW, make, None)
    return found[0]


def waits(reader: Subscription, held: Sequence[Held], told: int) -> Verdict:
    """Everything is held."""
    return Verdict(waits={one.id: (Gate.QUIET, LATER) for one in held})


def goes(reader: Subscription, held: Sequence[Held], told: int) -> Verdict:
    """Everything goes, several as one."""
    numbers = tuple(one.id for one in held)
    if len(held) == 1:
        return Verdict(goes=numbers)
    return Verdict(goes=numbers, message=plain(f"{len(held)} in one"), letter=held[0].letter)


async def texts(store: Database, at: timedelta = timedelta()) -> list[str]:
    """What can be claimed, one after the other."""
    found = []
    while claimed := await store.outbox.claim(NOW + at, 10, 60):
        for one in claimed:
            found.append(one.message.blocks[0].lines[0].text)  # type: ignore[union-attr]
            await store.outbox.marks.sent(one.id, NOW + at)
    return found


async def test_what_is_not_judged_is_not_claimed(store: Database) -> None:
    (one,) = await subscribers(store, 1)
    await leave(store, [one], "first")
    assert await texts(store) == []
    assert await store.outbox.held.judge(NOW, HERE, goes) == 1
    assert await texts(store) == ["first"]
    assert await store.outbox.held.judge(NOW, HERE, goes) == 0


async def test_what_is_held_is_let_go_as_one_and_its_alerts_move_along(store: Database) -> None:
    one, other = await subscribers(store, 2)
    alerts = [await leave(store, [one, other], batch) for batch in ("first", "second")]
    assert await store.outbox.held.judge(NOW, HERE, waits) == 2
    assert await store.outbox.held.waiting(one) == (2, LATER)
    assert await store.outbox.held.judge(NOW, HERE, goes) == 0
    alerts.append(await leave(store, [one], "third"))
    assert await store.outbox.held.judge(LATER, HERE, goes) == 2
    claimed = await store.outbox.claim(LATER, 10, 60)
    assert [(each.subscription_id, each.batch) for each in claimed] == [(one, "first"), (other, "first")]
    assert [await store.outbox.reached(each) for each in alerts] == [{one, other}, {one, other}, {one}]
    for each in claimed:
        await store.outbox.marks.sent(each.id, LATER)
    told = await store.alerts.message_with(one, alerts[2])
    assert told is not None
    assert [each.id for each in told.alerts] == alerts
    assert told.sent_at == LATER
    assert await store.alerts.message_with(other, alerts[2]) is None


async def test_a_defect_while_judging_changes_nothing(store: Database) -> None:
    everybody = await subscribers(store, 2)
    await leave(store, everybody, "first")
    seen: list[int] = []

    def breaks(reader: Subscription, held: Sequence[Held], told: int) -> Verdict:
        seen.append(reader.id)
        if len(seen) > 1:
            raise LookupError
        return goes(reader, held, told)

    with pytest.raises(LookupError):
        await store.outbox.held.judge(NOW, HERE, breaks)
    assert seen == everybody
    assert await texts(store) == []
    assert await store.outbox.held.judge(NOW, HERE, goes) == 2


async def test_eight_workers_at_once_merge_once(store: Database) -> None:
    (one,) = await subscribers(store, 1)
    for batch in ("first", "second", "third"):
        await leave(store, [one], batch)
    await asyncio.gather(*(store.outbox.held.judge(NOW, HERE, goes) for _ in range(8)))
    assert await texts(store) == ["3 in one"]
    assert (await store.outbox.counts())[State.SENT] == 1


async def test_what_went_out_today_is_counted_on_the_readers_day(store: Database) -> None:
    there = await store.subscriptions.save(subscription(zone="America/New_York"), NOW)
    counted: list[int] = []

    def count(reader: Subscription, held: Sequence[Held], told: int) -> Verdict:
        counted.append(told)
        return goes(reader, held, told)

    for number, hours in enumerate((0, 1, 18, 19)):  # the last is after midnight in New York
        await leave(store, [there.id], f"batch {number}")
        at = NOW + timedelta(hours=hours)
        await store.outbox.held.judge(at, HERE, count)
        (claimed,) = await store.outbox.claim(at, 1, 60)
        if number:
            await store.outbox.marks.sent(claimed.id, at)
            continue
        assert (await store.outbox.counts())[State.SENDING] == 1
        await leave(store, [there.id], "meanwhile")
        await store.outbox.held.judge(at, HERE, count)
        await store.outbox.marks.sent(claimed.id, at)
        (other,) = await store.outbox.claim(at, 1, 1)
        await store.outbox.failed(other, Outcome(state=State.DEAD), at)
    assert counted == [0, 1, 1, 2, 0]


async def test_what_passed_is_called_back_only_for_who_has_quiet_hours(store: Database) -> None:
    night = QuietHours(time(22), time(7))
    quiet = await store.subscriptions.save(subscription("1", quiet=night), NOW)
    free = await store.subscriptions.save(subscription("2"), NOW)
    everybody = [quiet.id, free.id]
    await leave(store, everybody, "first", Gate.PASSED)
    await leave(store, everybody, "urgent", Gate.URGENT)
    assert await store.outbox.held.judge(NOW, HERE, lambda *_: Verdict()) == 2
    passes = await store.outbox.held.judge(
        NOW, HERE, lambda _, held, __: Verdict(goes=tuple(one.id for one in held if one.gate is Gate.URGENT))
    )
    assert passes == 2
    gates: list[list[Gate]] = []

    def see(reader: Subscription, held: Sequence[Held], told: int) -> Verdict:
        gates.append([one.gate for one in held])
        return waits(reader, held, told)

    assert await store.outbox.held.judge(NOW, HERE, see) == 1
    assert gates == [[Gate.PASSED]]
    assert sorted(await texts(store)) == ["first", "urgent", "urgent"]


async def test_paused_readers_and_other_channels_are_left_alone(store: Database) -> None:
    gone = await store.subscriptions.save(subscription("1", active=False), NOW)
    web = await store.subscriptions.save(subscription("2", channel="web"), NOW)
    await leave(store, [gone.id, web.id], "first")
    assert await store.outbox.held.judge(NOW, HERE, goes) == 0
    await store.subscriptions.resume(gone.id, NOW)
    assert await store.outbox.held.judge(NOW, HERE, goes) == 1


async def test_what_waits_is_judged_anew_when_its_reader_says_so(store: Database) -> None:
    one, other = await subscribers(store, 2)
    await leave(store, [one, other], "first")
    await store.outbox.held.judge(NOW, HERE, waits)
    await store.outbox.held.judge_again(one, NOW)
    assert await store.outbox.held.judge(NOW, HERE, goes) == 1
    assert await store.outbox.held.waiting(one) == (0, None)
    assert await store.outbox.held.waiting(other) == (1, LATER)


async def test_more_readers_than_one_transaction_takes_are_all_judged(store: Database) -> None:
    everybody = await subscribers(store, 203)
    await leave(store, everybody, "first")
    assert await store.outbox.held.judge(NOW, HERE, goes) == 203
    assert len(await store.outbox.claim(NOW, 300, 60)) == 203
