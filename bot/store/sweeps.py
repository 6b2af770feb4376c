"""What may go when: a condition for each table that grows with time, and what is kept in spite of its age.

Market tables, alerts and the ledger of runs are not among them. They are the product and its memory: an alert that
is not stored any more would be told again by a poll over its session.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, and_, exists, func, or_, select
from sqlalchemy.schema import Column

from bot.alerts import Reason
from bot.deliveries import State
from bot.sources.upstreams import Outcome
from bot.store.admin_tables import CHANGE_DRAFTS
from bot.store.tables import (
    ALERTS,
    AUDIT,
    CHAT,
    DELIVERIES,
    DELIVERY_ALERTS,
    FETCHES,
    IMPORTS,
    MANAGING,
    QUARANTINE,
    RULE_DRAFTS,
    RULE_HITS,
)

WAITING = (State.PENDING, State.SENDING)
_ENDED = (State.SENT, State.DEAD)

_STILL_ENDS = timedelta(days=365)
"""Whoever was told of something hears of its end, if that comes within so long."""


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """For how many days something is kept; 0 = for ever."""

    deliveries_days: int = 90
    """After a message was sent or given up, or was due and could not be sent."""
    fetches_days: int = 90
    quarantine_days: int = 180
    pictures_days: int = 7
    """After a picture was put into a message for the last time; what a transcript shows it keeps."""
    transcript_days: int = 365
    rule_hits_days: int = 400
    drafts_days: int = 30
    audit_days: int = 0


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """Rows of one table that may go."""

    name: str
    table: Table
    gone: ColumnElement[bool]
    order: tuple[Column[object], ...]
    """In which they are looked through; together unique."""
    ties: tuple[Column[object], ...] = ()
    """Columns of other tables that name such a row and go with it."""


def sweeps(keeping: Keeping, now: datetime, ending: Collection[str]) -> Iterator[Sweep]:
    """What may go now, by how long each kind is kept; what is kept for ever is not among it."""

    def before(days: int) -> datetime:
        return now - timedelta(days=days)

    if keeping.deliveries_days:
        yield _deliveries(before(keeping.deliveries_days), now, ending)
        yield _stranded(before(keeping.deliveries_days))
    if keeping.fetches_days:
        yield _fetches(before(keeping.fetches_days))
    if keeping.quarantine_days:
        # What was let in stays: while it is known no gate keeps it out.
        old = and_(QUARANTINE.c.fetched_at < before(keeping.quarantine_days), QUARANTINE.c.accepted_at.is_(None))
        yield Sweep(name="quarantine", table=QUARANTINE, gone=old, order=(QUARANTINE.c.id,))
    if keeping.transcript_days:
        yield _numbered("transcript", CHAT, CHAT.c.at < before(keeping.transcript_days))
    if keeping.rule_hits_days:
        day = before(keeping.rule_hits_days).date()
        yield Sweep(
            name="rule_hits", table=RULE_HITS, gone=RULE_HITS.c.day < day, order=(RULE_HITS.c.day, RULE_HITS.c.id)
        )
    if keeping.drafts_days:
        yield from _drafts(before(keeping.drafts_days))
    if keeping.audit_days:
        yield _numbered("audit", AUDIT, AUDIT.c.at < before(keeping.audit_days))


def _deliveries(before: datetime, now: datetime, ending: Collection[str]) -> Sweep:
    """Ended long ago, and nobody who was told in them is still to hear of an end."""
    later = ALERTS.alias()
    said_since = exists().where(
        later.c.kind == ALERTS.c.kind,
        later.c.axis == ALERTS.c.axis,
        later.c.code == ALERTS.c.code,
        later.c.id > ALERTS.c.id,
    )
    to_be_ended = exists().where(
        DELIVERY_ALERTS.c.delivery_id == DELIVERIES.c.id,
        ALERTS.c.id == DELIVERY_ALERTS.c.alert_id,
        ALERTS.c.kind.in_(ending),
        ALERTS.c.asof >= now - _STILL_ENDS,
        ALERTS.c.reason != Reason.ENDED,
        ALERTS.c.rung > 0,
        ~said_since,
    )
    old = and_(DELIVERIES.c.ended_at < before, DELIVERIES.c.state.in_(_ENDED))
    return Sweep(
        name="deliveries",
        table=DELIVERIES,
        gone=and_(old, ~to_be_ended) if ending else old,
        order=(DELIVERIES.c.ended_at, DELIVERIES.c.id),
        ties=(DELIVERY_ALERTS.c.delivery_id,),
    )


def _stranded(before: datetime) -> Sweep:
    """Of paused readers, or of a channel that is not there any more: nobody wants to read it so late."""
    return Sweep(
        name="stranded",
        table=DELIVERIES,
        gone=and_(DELIVERIES.c.state == State.PENDING, DELIVERIES.c.due_at < before),
        order=(DELIVERIES.c.id,),
        ties=(DELIVERY_ALERTS.c.delivery_id,),
    )


def _fetches(before: datetime) -> Sweep:
    """All but the last of each datum and the last that gave a table: what was never asked for is asked for at once."""
    asked = select(func.max(FETCHES.c.id)).group_by(FETCHES.c.datum)
    served = select(func.max(FETCHES.c.id)).where(FETCHES.c.outcome == Outcome.TABLE).group_by(FETCHES.c.datum)
    spared = or_(FETCHES.c.id.in_(asked), FETCHES.c.id.in_(served))
    return Sweep(
        name="fetches", table=FETCHES, gone=and_(FETCHES.c.at < before, ~spared), order=(FETCHES.c.at, FETCHES.c.id)
    )


def _drafts(before: datetime) -> Iterator[Sweep]:
    """What was shown and never confirmed, and whom a person set up long ago."""
    yield _numbered("rule_drafts", RULE_DRAFTS, RULE_DRAFTS.c.created_at < before)
    yield _numbered("change_drafts", CHANGE_DRAFTS, CHANGE_DRAFTS.c.created_at < before)
    yield _numbered("imports", IMPORTS, IMPORTS.c.created_at < before)
    order = (MANAGING.c.channel, MANAGING.c.person)
    yield Sweep(name="managing", table=MANAGING, gone=MANAGING.c.until < before, order=order)


def _numbered(name: str, table: Table, old: ColumnElement[bool]) -> Sweep:
    """All but the last: SQLite would give its number again, and somebody may still hold it."""
    last = select(func.max(table.c.id)).scalar_subquery()
    return Sweep(name=name, table=table, gone=and_(old, table.c.id < last), order=(table.c.id,))
