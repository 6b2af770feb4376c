"""Publishers by hand: how each fares, who is to be left alone, and who is to be asked again at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.admin.errors import CannotError
from bot.poll import World
from bot.sources.upstreams import Outcome, Upstreams
from bot.store.changes import States
from bot.store.fetches import Fetch
from signals.core.calendar import MARKET_ZONE

REST_MINUTES_MAX = 7 * 24 * 60
_HOST, _SOURCE = "hosts.", "sources."
_LOOKED_BACK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How a source fared when it was asked last."""

    source: str
    host: str
    at: datetime
    outcome: Outcome
    detail: str
    requests_today: int
    """Of its host."""
    rests_until: datetime | None
    """Of itself or of its host."""


async def sources_seen(world: World, now: datetime) -> list[SourceState]:
    """Every source that was asked within a week, by name."""
    fetches = await world.store.fetches.since(now - _LOOKED_BACK, now)
    last = {one.source: one for one in fetches}
    midnight = now.astimezone(MARKET_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    requests = await world.store.fetches.requests_by_host(midnight, now)
    resting, held = world.upstreams.resting(now), world.upstreams.held(now)
    return [
        SourceState(
            source=name,
            host=one.host,
            at=one.at,
            outcome=one.outcome,
            detail=one.detail,
            requests_today=requests.get(one.host, 0),
            rests_until=max(filter(None, (resting.get(one.host), held.get(name))), default=None),
        )
        for name, one in sorted(last.items())
    ]


async def recalled(world: World, overrides: Mapping[str, Any], now: datetime) -> None:
    """Learn from the ledger and the orders how publishers stand, where the running service is another process."""
    midnight = now.astimezone(MARKET_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    some: Sequence[Fetch] = await world.store.fetches.since(midnight, now)
    world.upstreams.remember((one.host, one.outcome, one.at) for one in some)
    recall_orders(world.upstreams, overrides)


async def rested(world: World, word: str, minutes: int, now: datetime) -> States:
    """Leave a host or a source alone for a while."""
    if not 1 <= minutes <= REST_MINUTES_MAX:
        raise CannotError("admin-minutes", word=minutes, limit=REST_MINUTES_MAX)
    return {await _key(world, word, now): {"rests_until": (now + timedelta(minutes=minutes)).isoformat()}}


async def asked_again(world: World, word: str, now: datetime) -> States:
    """Ask a host or a source again with the next poll, whatever it did."""
    return {await _key(world, word, now): {"free_from": now.isoformat()}}


def recall_orders(upstreams: Upstreams, overrides: Mapping[str, Any]) -> None:
    """Leave alone whoever is to be left alone still, after a start has read the ledger."""
    apply_orders(upstreams, None, overrides)


def apply_orders(upstreams: Upstreams, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> None:
    """Let publishers feel what is ordered newly; an order that is taken back frees them.

    None before = the program has just begun: who was to be asked again then, has been asked since.
    """
    known = before or {}
    for key in sorted({*known, *after}):
        prefix = next((one for one in (_HOST, _SOURCE) if key.startswith(one)), "")
        if not prefix or known.get(key) == after.get(key):
            continue
        name, until = key.removeprefix(prefix), (after.get(key) or {}).get("rests_until")
        if until is not None and prefix == _HOST:
            upstreams.rest(name, datetime.fromisoformat(until))
        elif until is not None:
            upstreams.postpone(name, datetime.fromisoformat(until))
        elif before is not None:
            upstreams.release(name)


async def _key(world: World, word: str, now: datetime) -> str:
    fetches = await world.store.fetches.since(now - _LOOKED_BACK, now)
    hosts = {one.host for one in fetches} | world.upstreams.hosts
    sources = {one.source for one in fetches}
    if word in hosts:
        return f"{_HOST}{word}"
    if word in sources:
        return f"{_SOURCE}{word}"
    raise CannotError("admin-source-unknown", word=word, some=" ".join(sorted(hosts | sources)[:20]) or "—")
