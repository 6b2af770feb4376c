"""One question to a publisher: politely put, tried again where that helps, taken through the gates, remembered."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeAlias

import stamina
import structlog

from bot.blotting import hide
from bot.intake import Intake, Taken
from bot.sources.base import (
    LimitedError,
    NotPublishedError,
    Source,
    SourceChangedError,
    SourceError,
    UnavailableError,
)
from bot.sources.counted import counting
from bot.sources.upstreams import Manners, Outcome, Upstreams
from bot.store.database import Database
from bot.store.errors import AwayError
from bot.store.fetches import Fetch
from signals.core.snapshot import Snapshot

log = structlog.get_logger(__name__)

Read: TypeAlias = Callable[[], list[Snapshot]]
"""A question to a source; blocking."""


@dataclass(kw_only=True)
class Collected:
    """Who was asked, and what came of it."""

    asked: list[str] = field(default_factory=list)
    """Sources that were asked, by name."""
    failures: dict[str, str] = field(default_factory=dict)
    """Why a source had no table; those that have only not published yet are in `waiting`."""
    waiting: list[str] = field(default_factory=list)
    left_alone: dict[str, str] = field(default_factory=dict)
    """Why a source was not asked at all: its host is left alone, or has been asked enough today."""
    served: dict[str, str] = field(default_factory=dict)
    """The source that gave each datum."""
    taken: Taken = field(default_factory=Taken)
    gates: list[str] = field(default_factory=list)
    """What closed before each answer that was refused or could not be read."""
    fetches: list[Fetch] = field(default_factory=list)
    """What the ledger was told of each reading."""

    @property
    def broken(self) -> dict[str, str]:
        """Why each source that was asked gave nothing that can be used, by its name."""
        return self.failures | {one.snapshot.source: f"{one.gate}: {one.detail}" for one in self.taken.refused}


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Puts questions to sources for one job and remembers each in the ledger of fetches."""

    store: Database
    upstreams: Upstreams
    now: datetime
    found: Collected = field(default_factory=Collected)

    def may(self, source: Source) -> bool:
        """Whether the host of a source may be asked now; if not, the reason is kept."""
        reason = self.upstreams.refusal(source.host, self.now)
        if reason:
            self.found.left_alone[source.name] = reason
        return reason is None

    async def ask(self, datum: str, source: Source, day: date, intake: Intake, read: Read) -> Outcome:
        """One reading, from the question to the store; `day` is the session that was asked for."""
        self.found.asked.append(source.name)
        await self.upstreams.turn(source.host)
        started, rows, detail, retry_after = time.monotonic(), 0, "", None
        with counting() as requests:
            try:
                snapshots = await read_patiently(source, read, self.upstreams.manners)
                outcome, detail = await self._take(snapshots, source, day, intake)
                self._wait_for_revision(snapshots, source)
                rows = sum(len(one.table) for one in snapshots)
            except AwayError:
                raise
            except Exception as error:  # noqa: BLE001 -- a source may raise anything: the others go on
                outcome, detail = outcome_of(error, source.name), hide(str(error))
                retry_after = error.retry_after if isinstance(error, LimitedError) else None
                self._note_failure(source, error, outcome)
        self.upstreams.note(source.host, outcome, self.now, retry_after)
        if outcome is Outcome.TABLE:
            self.found.served[datum] = source.name
        fetch = Fetch(
            at=self.now,
            datum=datum,
            source=source.name,
            host=source.host,
            day=day,
            outcome=outcome,
            requests=requests.total(),
            seconds=time.monotonic() - started,
            rows=rows,
            detail=detail,
        )
        await self.store.fetches.add(fetch)
        self.found.fetches.append(fetch)
        log.debug(
            "read",
            datum=datum,
            source=source.name,
            outcome=outcome,
            rows=rows,
            requests=fetch.requests,
            seconds=round(fetch.seconds, 3),
        )
        return outcome

    async def _take(self, snapshots: list[Snapshot], source: Source, day: date, intake: Intake) -> tuple[Outcome, str]:
        exact = source.exact and len(snapshots) == 1
        taken = await intake.take(snapshots, asked=day if exact else None)
        self.found.taken.add(taken)
        self.found.gates += [one.gate for one in taken.refused]
        if taken.refused and len(taken.refused) == len(snapshots):
            return Outcome.REFUSED, f"{taken.refused[0].gate}: {taken.refused[0].detail}"
        return Outcome.TABLE, ""

    def _wait_for_revision(self, snapshots: list[Snapshot], source: Source) -> None:
        """Until a provisional table is revised there is nothing to ask again for."""
        moments = [source.revised_from(one.day) for one in snapshots if one.provisional]
        for moment in moments:
            if moment is not None:
                self.upstreams.postpone(source.name, moment)

    def _note_failure(self, source: Source, error: Exception, outcome: Outcome) -> None:
        if isinstance(error, NotPublishedError):
            self.found.waiting.append(source.name)
            if error.again is not None:
                self.upstreams.postpone(source.name, error.again)
            return
        if isinstance(error, SourceChangedError):
            self.found.gates.append(error.gate)
        defect = outcome is Outcome.DEFECT
        self.found.failures[source.name] = f"defect: {type(error).__name__}" if defect else str(error)


def outcome_of(error: Exception, source: str) -> Outcome:
    """What an exception of a source means; anything that no source may raise is logged as a defect."""
    match error:
        case NotPublishedError():
            return Outcome.NOT_PUBLISHED
        case SourceChangedError():
            return Outcome.REFUSED
        case LimitedError():
            return Outcome.LIMITED
        case SourceError():
            return Outcome.UNAVAILABLE
        case _:
            log.error("defect in a source", source=source, exc_info=error)
            return Outcome.DEFECT


async def read_patiently(source: Source, read: Read, manners: Manners) -> list[Snapshot]:
    """A reading, tried again after a pause where the publisher could not be reached.

    A reading of many requests is tried once: it would only add to what made it fail.
    """
    tries = manners.tries if source.requests == 1 else 1
    attempts = stamina.retry_context(
        on=_worth_another_try,
        attempts=tries,
        timeout=None,
        wait_initial=timedelta(seconds=manners.back_off_seconds),
        wait_jitter=timedelta(seconds=manners.back_off_seconds / 2),
    )
    async for attempt in attempts:
        with attempt:
            return await asyncio.to_thread(read)
    raise AssertionError("the last attempt either returns or raises")


def _worth_another_try(error: Exception) -> bool:
    return isinstance(error, UnavailableError) and not isinstance(error, LimitedError)
