"""What was told: alerts with their figures, and the last word on every subject."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.alerts import Alert, Reason, Told
from bot.deliveries import State
from bot.store.connections import Connections, insert
from bot.store.tables import ALERTS, DELIVERIES, DELIVERY_ALERTS
from signals.core.field import Axis, Unit
from signals.core.measure import Figure
from signals.core.signal import Basis, Signal, Subject

_AXIS = "axis"
"""What a stored piece of evidence has that is somebody and no figure."""


@dataclass(frozen=True, kw_only=True)
class RecordedAlert:
    """An alert that is stored: its number, the moment of knowledge it rests on, the poll that found it."""

    id: int
    alert: Alert
    asof: datetime
    batch: str


@dataclass(frozen=True, kw_only=True)
class ToldMessage:
    """A message that a subscriber got."""

    sent_at: datetime | None
    """None = it is being sent."""
    alerts: tuple[RecordedAlert, ...]
    """All that it tells, oldest first."""


class AlertStore:
    """Reads alerts; they are written by `Outbox.record`, together with their deliveries."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def told(self, kinds: Collection[str]) -> list[Told]:
        """The last alert of each kind about each subject: that of the newest session, the latest of it."""
        place = func.row_number().over(
            partition_by=(ALERTS.c.kind, ALERTS.c.axis, ALERTS.c.code),
            order_by=(ALERTS.c.day.desc(), ALERTS.c.id.desc()),
        )
        ranked = select(ALERTS.c.id, place.label("place")).where(ALERTS.c.kind.in_(kinds)).subquery()
        last = select(ranked.c.id).where(ranked.c.place == 1)
        return [_told(one) for one in await self._fetch(select(ALERTS).where(ALERTS.c.id.in_(last)))]

    async def between(self, start: datetime, end: datetime) -> list[RecordedAlert]:
        """The alerts with `asof` from start to end, both included, by `asof`."""
        query = select(ALERTS).where(ALERTS.c.asof.between(start, end))
        return await self._fetch(query.order_by(ALERTS.c.asof, ALERTS.c.id))

    async def of_subject(self, subject: Subject, limit: int) -> list[RecordedAlert]:
        """The newest alerts about a subject, newest first."""
        query = select(ALERTS).where(ALERTS.c.axis == subject.axis.value, ALERTS.c.code == subject.code)
        return await self._fetch(query.order_by(ALERTS.c.id.desc()).limit(limit))

    async def last_before(self, one: RecordedAlert) -> RecordedAlert | None:
        """What was said of the same subject by the same kind just before an alert."""
        signal = one.alert.signal
        query = select(ALERTS).where(
            ALERTS.c.kind == signal.kind,
            ALERTS.c.axis == signal.subject.axis.value,
            ALERTS.c.code == signal.subject.code,
            ALERTS.c.id < one.id,
        )
        found = await self._fetch(query.order_by(ALERTS.c.id.desc()).limit(1))
        return found[0] if found else None

    async def corrected(self, alert_id: int) -> bool:
        """Whether an alert was corrected later."""
        query = select(ALERTS.c.id).where(ALERTS.c.follows == alert_id, ALERTS.c.reason == Reason.CORRECTED)
        async with self._connections.read() as connection:
            return (await connection.execute(query.limit(1))).first() is not None

    async def begun(
        self, limit: int, *, kind: str | None = None, code: str | None = None, day: date | None = None
    ) -> list[RecordedAlert]:
        """The newest alerts that tell of a beginning or a growth and were not taken back, newest first."""
        later = ALERTS.alias()
        taken_back = exists().where(
            later.c.follows == ALERTS.c.id, later.c.reason == Reason.CORRECTED, later.c.rung == 0
        )
        query = select(ALERTS).where(ALERTS.c.reason.in_([Reason.NEW, Reason.STRONGER]), ~taken_back)
        wanted = ((ALERTS.c.kind, kind), (ALERTS.c.code, code), (ALERTS.c.day, day))
        query = query.where(*(column == value for column, value in wanted if value is not None))
        return await self._fetch(query.order_by(ALERTS.c.day.desc(), ALERTS.c.strength.desc()).limit(limit))

    async def message_with(self, subscription_id: int, alert_id: int | None = None) -> ToldMessage | None:
        """The newest message that a subscriber was sent with this alert in it, or with any."""
        shown = or_(DELIVERIES.c.state.in_([State.SENT, State.SENDING]), DELIVERIES.c.parts_sent > 0)
        query = (
            select(DELIVERIES.c.id, DELIVERIES.c.ended_at)
            .join(DELIVERY_ALERTS, DELIVERY_ALERTS.c.delivery_id == DELIVERIES.c.id)
            .where(DELIVERIES.c.subscription_id == subscription_id, shown)
        )
        if alert_id is not None:
            query = query.where(DELIVERY_ALERTS.c.alert_id == alert_id)
        async with self._connections.read() as connection:
            found = (await connection.execute(query.order_by(DELIVERIES.c.id.desc()).limit(1))).first()
        if found is None:
            return None
        held = select(DELIVERY_ALERTS.c.alert_id).where(DELIVERY_ALERTS.c.delivery_id == found.id)
        told = await self._fetch(select(ALERTS).where(ALERTS.c.id.in_(held)).order_by(ALERTS.c.id))
        return ToldMessage(sent_at=found.ended_at, alerts=tuple(told))

    async def _fetch(self, query: Select[Any]) -> list[RecordedAlert]:
        async with self._connections.read() as connection:
            return [_recorded(row) for row in (await connection.execute(query)).mappings()]


async def add_alerts(
    connection: AsyncConnection, alerts: Sequence[Alert], asof: datetime, batch: str
) -> list[RecordedAlert]:
    """Store the alerts that were not told before, inside a transaction, and return those in their order."""
    by_identity = {_identity(alert): alert for alert in alerts}
    if not by_identity:
        return []
    rows = [{**_row(alert), "identity": key, "asof": asof, "batch": batch} for key, alert in by_identity.items()]
    new = insert(connection, ALERTS).on_conflict_do_nothing(index_elements=["identity"])
    added = await connection.execute(new.returning(ALERTS.c.identity, ALERTS.c.id), rows)
    ids = {row.identity: int(row.id) for row in added}
    return [
        RecordedAlert(id=ids[key], alert=alert, asof=asof, batch=batch)
        for key, alert in by_identity.items()
        if key in ids
    ]


def _identity(alert: Alert) -> str:
    """What is told once. A correction is one of the alert it follows, which may itself be a correction."""
    signal = alert.signal
    parts = (signal.kind, signal.subject.axis.value, signal.subject.code, signal.day, alert.reason, signal.rung)
    return ":".join(map(str, (*parts, *([alert.follows] if alert.follows is not None else []))))


def _row(alert: Alert) -> dict[str, Any]:
    signal = alert.signal
    return {
        "kind": signal.kind,
        "axis": signal.subject.axis.value,
        "code": signal.subject.code,
        "day": signal.day,
        "since": signal.since,
        "reached": signal.reached,
        "rung": signal.rung,
        "strength": signal.strength,
        "basis": signal.basis and signal.basis.value,
        "evidence": {
            **{name: _figure_row(figure) for name, figure in signal.evidence.items()},
            **{part: _subject_row(other) for part, other in signal.others.items()},
        },
        "reason": alert.reason.value,
        "follows": alert.follows,
    }


def _figure_row(figure: Figure) -> dict[str, Any]:
    return {
        "value": figure.value,
        "unit": figure.unit.name,
        "day": figure.day.isoformat(),
        "source": figure.source,
        "estimated": figure.estimated,
        "of": figure.of,
    }


def _subject_row(other: Subject) -> dict[str, Any]:
    return {_AXIS: other.axis.value, "code": other.code}


def _recorded(row: RowMapping) -> RecordedAlert:
    signal = Signal(
        kind=row["kind"],
        subject=Subject(Axis(row["axis"]), row["code"]),
        day=row["day"],
        since=row["since"],
        rung=row["rung"],
        reached=row["reached"],
        strength=row["strength"],
        evidence={name: _figure(told) for name, told in row["evidence"].items() if _AXIS not in told},
        basis=Basis(row["basis"]) if row["basis"] else None,
        others={
            part: Subject(Axis(told[_AXIS]), told["code"]) for part, told in row["evidence"].items() if _AXIS in told
        },
    )
    alert = Alert(signal=signal, reason=Reason(row["reason"]), follows=row["follows"])
    return RecordedAlert(id=row["id"], alert=alert, asof=row["asof"], batch=row["batch"])


def _figure(told: Mapping[str, Any]) -> Figure:
    return Figure(
        value=float(told["value"]),
        unit=Unit[told["unit"]],
        day=date.fromisoformat(told["day"]),
        source=told["source"],
        estimated=told["estimated"],
        of=told.get("of", ""),
    )


def _told(one: RecordedAlert) -> Told:
    signal = one.alert.signal
    return Told(
        alert_id=one.id,
        kind=signal.kind,
        subject=signal.subject,
        day=signal.day,
        rung=signal.rung,
        reason=one.alert.reason,
        evidence=signal.evidence,
        basis=signal.basis,
    )
