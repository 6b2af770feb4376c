"""What subscribers' own rules have told, written in the transaction of the poll that tells it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.rules import RuleHit, RuleState
from bot.store.connections import insert
from bot.store.tables import RULE_HITS, RULES


@dataclass(frozen=True, kw_only=True)
class RecordedRules:
    """What a poll's rules have left behind that was not there before."""

    hits: Mapping[tuple[int, str], int] = field(default_factory=dict)
    """Ids of the new hits, by rule and code."""
    expired: frozenset[int] = frozenset()
    """Rules that are over from now on."""
    withdrawn: Mapping[tuple[int, str], int] = field(default_factory=dict)
    """Ids of the hits that are taken back now, by rule and code."""

    def __bool__(self) -> bool:
        return bool(self.hits or self.expired or self.withdrawn)


async def add_hits(connection: AsyncConnection, hits: Iterable[RuleHit]) -> dict[tuple[int, str], int]:
    """Remember what rules are told of, inside a transaction; the ids of what was not told before, by rule and code."""
    told = [*hits]
    # A rule is gone when its author has asked to be forgotten meanwhile.
    there = {*(await connection.execute(select(RULES.c.id))).scalars()} if told else set()
    rows = [asdict(one) for one in told if one.rule_id in there]
    if not rows:
        return {}
    key = ("rule_id", "code", "day")
    new = insert(connection, RULE_HITS).on_conflict_do_nothing(index_elements=key)
    added = await connection.execute(new.returning(RULE_HITS.c.id, RULE_HITS.c.rule_id, RULE_HITS.c.code), rows)
    return {(row.rule_id, row.code): row.id for row in added}


async def withdraw(connection: AsyncConnection, hits: Iterable[RuleHit], now: datetime) -> dict[tuple[int, str], int]:
    """Take back what rules were told of, inside a transaction; the ids of what stood until now, by rule and code."""
    taken: dict[tuple[int, str], int] = {}
    for one in hits:
        standing = (
            RULE_HITS.c.rule_id == one.rule_id,
            RULE_HITS.c.code == one.code,
            RULE_HITS.c.day == one.day,
            RULE_HITS.c.withdrawn_at.is_(None),
        )
        taking = update(RULE_HITS).where(*standing).values(withdrawn_at=now).returning(RULE_HITS.c.id)
        if (hit := (await connection.execute(taking)).scalar_one_or_none()) is not None:
            taken[one.rule_id, one.code] = hit
    return taken


async def expire(connection: AsyncConnection, rule_ids: Sequence[int], now: datetime) -> frozenset[int]:
    """End rules whose last day is over, inside a transaction; returns those that were in force until now."""
    if not rule_ids:
        return frozenset()
    ending = (
        update(RULES)
        .where(RULES.c.id.in_(rule_ids), RULES.c.state == RuleState.ACTIVE)
        .values(state=RuleState.EXPIRED, updated_at=now)
        .returning(RULES.c.id)
    )
    return frozenset((await connection.execute(ending)).scalars())
