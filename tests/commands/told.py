"""Alerts that a chat was sent, as polls and the outbox leave them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from bot.alerts import Alert, Reason
from bot.fanout import Fanout
from bot.messages.model import Message
from bot.subscriptions import ALL_FUNDS
from signals.core.panel import Panel
from signals.core.signal import Signal
from tests.commands.demo import EVENING, MORNING, Chat

_POLLS = count(1)


async def panel_of(chat: Chat) -> Panel:
    """What is known on the morning after the reference day."""
    return await chat.desk.panels.latest(MORNING, MORNING.date())


async def seen(chat: Chat, kind: str, code: str | None = None, *, most: int = 1) -> list[Signal]:
    """The newest signals of a kind on the demo market, of one subject or of several."""
    panel = await panel_of(chat)
    found = chat.desk.world.detectors[kind].detect(panel)
    mine = [one for one in reversed(found) if code in (None, one.subject.code)]
    return list({one.subject: one for one in reversed(mine)}.values())[:most]


async def tell(
    chat: Chat, *signals: Signal, reason: Reason = Reason.NEW, follows: int | None = None, sent: bool = True
) -> tuple[Message, list[int]]:
    """Tell this chat, which watches all funds; the message, and the numbers of its alerts."""
    mine = await chat.subscription()
    assert mine is not None
    number = next(_POLLS)
    panel = await panel_of(chat)
    at = EVENING + timedelta(seconds=number)
    fanout = Fanout(
        batch=f"told {number}",
        subscriptions=[replace(mine, watched=frozenset({ALL_FUNDS}), topics=frozenset(_topics(chat)))],
        watchlists={},
        reached={follows: frozenset({mine.id})} if follows else {},
        detectors=chat.desk.world.detectors,
        profiles=panel.profiles,
        now=at,
        demo=True,
    )
    alerts = [Alert(signal=one, reason=reason, follows=follows) for one in _fresh(signals, number)]
    assert await chat.store.outbox.record(fanout.batch, alerts, at, fanout, None) == 1
    ids = [one.id for one in await chat.store.alerts.between(at, at) if one.batch == fanout.batch]
    (claimed,) = [one for one in await chat.store.outbox.claim(at, 100, 60) if one.batch == fanout.batch]
    if sent:
        await chat.store.outbox.marks.sent(claimed.id, at)
    return claimed.message, ids


def _topics(chat: Chat) -> set[object]:
    return {one.topic for one in chat.desk.world.detectors.values()}


def _fresh(signals: Sequence[Signal], number: int) -> list[Signal]:
    """The same, told once more: what is told is known by its rung."""
    return [replace(one, rung=one.rung and one.rung + number * 100) for one in signals]


def minute(at: datetime) -> str:
    """As messages write it."""
    return f"{at:%Y-%m-%d %H:%M}"
