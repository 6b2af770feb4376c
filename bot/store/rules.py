"""Subscribers' own rules: tried out, saved, changed, and what they were told of."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.rules import OwnRule, RuleDraft, RuleHit, RuleMode, RuleState, Telling
from bot.store.connections import Connections, insert, one_at_a_time
from bot.store.rule_hits import add_hits
from bot.store.tables import RULE_DRAFTS, RULE_HITS, RULES, SUBSCRIPTIONS

_INTRADAY = "spot_"

DRAFTS_KEPT = 40
"""Of one chat; whoever tries out more has forgotten the first."""


class DraftSettledError(Exception):
    """A draft was saved or dropped already."""


class TooManyRulesError(Exception):
    """A subscriber has as many rules as he may."""


class RuleStore:
    """Rules by subscription and number, drafts by chat."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def draft(self, draft: RuleDraft, now: datetime) -> int:
        """Keep a rule that was tried out, and return its number; the oldest of many of one chat are dropped."""
        row = _draft_row(draft)
        mine = _of_chat(draft.channel, draft.chat, draft.thread)
        newest = select(RULE_DRAFTS.c.id).where(*mine).order_by(RULE_DRAFTS.c.id.desc()).limit(DRAFTS_KEPT)
        async with self._connections.write() as connection:
            new = (
                insert(connection, RULE_DRAFTS)
                .values({**row, "settled": False, "created_at": now})
                .returning(RULE_DRAFTS.c.id)
            )
            number: int = (await connection.execute(new)).scalar_one()
            await connection.execute(delete(RULE_DRAFTS).where(*mine, RULE_DRAFTS.c.id.not_in(newest)))
        return number

    async def find_draft(self, channel: str, chat: str, thread: str, draft_id: int) -> RuleDraft | None:
        """A draft of this chat that waits for a word; None where it is another's, settled or gone."""
        waiting = RULE_DRAFTS.c.id == draft_id, ~RULE_DRAFTS.c.settled
        query = select(RULE_DRAFTS).where(*_of_chat(channel, chat, thread), *waiting)
        async with self._connections.read() as connection:
            row = (await connection.execute(query)).mappings().first()
        return _draft(row) if row else None

    async def settle_draft(self, draft_id: int) -> None:
        """A draft is dropped; it stays for a while, so that its number is not given to another."""
        async with self._connections.write() as connection:
            await connection.execute(update(RULE_DRAFTS).where(RULE_DRAFTS.c.id == draft_id).values(settled=True))

    async def add(self, subscription_id: int, draft: RuleDraft, now: datetime, limit: int) -> OwnRule:
        """Make a draft a rule, once; where it held is remembered as told.

        Raises TooManyRulesError beyond `limit` and DraftSettledError the second time.
        """
        async with self._connections.write() as connection:
            await one_at_a_time(connection, f"rules of {subscription_id}")
            await _settle(connection, draft)
            await _require_room(connection, subscription_id, limit)
            last = select(func.coalesce(func.max(RULES.c.number), 0)).where(RULES.c.subscription_id == subscription_id)
            values = {
                "subscription_id": subscription_id,
                "number": (await connection.execute(last)).scalar_one() + 1,
                "text": draft.text,
                "said": draft.said,
                **_telling_row(draft.telling),
                "state": RuleState.ACTIVE,
                "token": "",
                "created_at": now,
                "updated_at": now,
            }
            new = insert(connection, RULES).values(values).returning(RULES)
            rule = _rule((await connection.execute(new)).mappings().one())
            await add_hits(connection, _seen(rule.id, draft))
        return rule

    async def rewrite(self, rule: OwnRule, draft: RuleDraft, now: datetime) -> OwnRule:
        """Give a rule another condition, once; what the old one was told of no longer counts.

        Raises DraftSettledError the second time.
        """
        values = {"text": draft.text, "said": draft.said, **_telling_row(draft.telling), "updated_at": now}
        async with self._connections.write() as connection:
            await _settle(connection, draft)
            changing = update(RULES).where(RULES.c.id == rule.id).values(values).returning(RULES)
            changed = _rule((await connection.execute(changing)).mappings().one())
            await connection.execute(delete(RULE_HITS).where(RULE_HITS.c.rule_id == rule.id))
            await add_hits(connection, _seen(rule.id, draft))
        return changed

    async def change(self, rule: OwnRule, now: datetime, limit: int) -> OwnRule:
        """Store state, token and how a rule is told; one that comes back counts. Raises TooManyRulesError."""
        values = {"state": rule.state, "token": rule.token, **_telling_row(rule.telling), "updated_at": now}
        async with self._connections.write() as connection:
            await one_at_a_time(connection, f"rules of {rule.subscription_id}")
            if rule.state is not RuleState.DELETED:
                await _require_room(connection, rule.subscription_id, limit, apart=rule.id)
            changing = update(RULES).where(RULES.c.id == rule.id).values(values).returning(RULES)
            return _rule((await connection.execute(changing)).mappings().one())

    async def of(self, subscription_id: int) -> list[OwnRule]:
        """A subscriber's rules in the order of their numbers, without the deleted ones."""
        return await self._where(RULES.c.subscription_id == subscription_id, RULES.c.state != RuleState.DELETED)

    async def find(self, subscription_id: int, number: int) -> OwnRule | None:
        """A subscriber's rule by its number, also one that he has deleted."""
        found = await self._where(RULES.c.subscription_id == subscription_id, RULES.c.number == number)
        return found[0] if found else None

    async def shared(self, rule_id: int, token: str) -> OwnRule | None:
        """A rule by what a link to it holds; one that its author has deleted is gone for everybody."""
        known = RULES.c.id == rule_id, RULES.c.token == token, RULES.c.token != ""
        found = await self._where(*known, RULES.c.state != RuleState.DELETED)
        return found[0] if found else None

    async def any_intraday(self) -> bool:
        """Whether a rule in force speaks of prices within the session."""
        query = select(RULES.c.id).where(*_in_force(), _on_prices()).limit(1)
        async with self._connections.read() as connection:
            return (await connection.execute(query)).first() is not None

    async def active(self, *, intraday: bool | None = None) -> list[OwnRule]:
        """Rules in force, of subscribers who listen: those on prices within the session, the others, or all of them."""
        kind = () if intraday is None else (_on_prices() if intraday else ~_on_prices(),)
        return await self._where(*_in_force(), *kind)

    async def all(self) -> list[OwnRule]:
        """Every rule that is not deleted, by subscription and number."""
        return await self._where(RULES.c.state != RuleState.DELETED)

    async def last_told(self, since: date, until: date) -> dict[tuple[int, str], date]:
        """The last session from `since` to before `until` on which a rule was told of a fund, by both."""
        query = (
            select(RULE_HITS.c.rule_id, RULE_HITS.c.code, func.max(RULE_HITS.c.day).label("last"))
            .where(RULE_HITS.c.day >= since, RULE_HITS.c.day < until)
            .group_by(RULE_HITS.c.rule_id, RULE_HITS.c.code)
        )
        async with self._connections.read() as connection:
            return {(row.rule_id, row.code): row.last for row in await connection.execute(query)}

    async def told_on(self, day: date) -> frozenset[tuple[int, str]]:
        """Rules and codes that were told of a session already."""
        query = select(RULE_HITS.c.rule_id, RULE_HITS.c.code).where(RULE_HITS.c.day == day)
        async with self._connections.read() as connection:
            return frozenset((row.rule_id, row.code) for row in await connection.execute(query))

    async def withdrawn_on(self, day: date) -> frozenset[tuple[int, str]]:
        """Rules and codes that were told of a session and taken back."""
        query = select(RULE_HITS.c.rule_id, RULE_HITS.c.code).where(
            RULE_HITS.c.day == day, RULE_HITS.c.withdrawn_at.is_not(None)
        )
        async with self._connections.read() as connection:
            return frozenset((row.rule_id, row.code) for row in await connection.execute(query))

    async def standing_on(self, day: date) -> frozenset[tuple[int, str]]:
        """Rules and codes that were told of a session by name and not taken back."""
        query = select(RULE_HITS.c.rule_id, RULE_HITS.c.code).where(
            RULE_HITS.c.day == day, RULE_HITS.c.named, RULE_HITS.c.withdrawn_at.is_(None)
        )
        async with self._connections.read() as connection:
            return frozenset((row.rule_id, row.code) for row in await connection.execute(query))

    async def counts(self) -> dict[int, tuple[int, date]]:
        """How often each rule was told of a fund, and on which session last."""
        query = select(RULE_HITS.c.rule_id, func.count().label("hits"), func.max(RULE_HITS.c.day).label("last"))
        async with self._connections.read() as connection:
            found = await connection.execute(query.group_by(RULE_HITS.c.rule_id))
            return {row.rule_id: (row.hits, row.last) for row in found}

    async def _where(self, *conditions: ColumnElement[bool]) -> list[OwnRule]:
        query = select(RULES).where(*conditions).order_by(RULES.c.subscription_id, RULES.c.number)
        async with self._connections.read() as connection:
            return [_rule(row) for row in (await connection.execute(query)).mappings()]


async def _settle(connection: AsyncConnection, draft: RuleDraft) -> None:
    waiting = RULE_DRAFTS.c.id == draft.id, ~RULE_DRAFTS.c.settled
    if (await connection.execute(update(RULE_DRAFTS).where(*waiting).values(settled=True))).rowcount != 1:
        raise DraftSettledError


async def _require_room(connection: AsyncConnection, subscription_id: int, limit: int, apart: int = 0) -> None:
    mine = RULES.c.subscription_id == subscription_id, RULES.c.state != RuleState.DELETED, RULES.c.id != apart
    count = (await connection.execute(select(func.count()).select_from(RULES).where(*mine))).scalar_one()
    if count >= limit:
        raise TooManyRulesError


def _on_prices() -> ColumnElement[bool]:
    # A rule is kept in its canonical words, and those quantities alone begin so.
    return RULES.c.text.contains(_INTRADAY, autoescape=True)


def _in_force() -> tuple[ColumnElement[bool], ...]:
    listens = RULES.c.subscription_id.in_(select(SUBSCRIPTIONS.c.id).where(SUBSCRIPTIONS.c.active))
    return RULES.c.state == RuleState.ACTIVE, listens


def _of_chat(channel: str, chat: str, thread: str) -> tuple[ColumnElement[bool], ...]:
    return RULE_DRAFTS.c.channel == channel, RULE_DRAFTS.c.chat == chat, RULE_DRAFTS.c.thread == thread


def _seen(rule_id: int, draft: RuleDraft) -> list[RuleHit]:
    """What the author has been shown is told already."""
    return [RuleHit(rule_id=rule_id, code=code, day=draft.day) for code in draft.codes if draft.day is not None]


def _telling_row(telling: Telling) -> dict[str, Any]:
    return {
        "mode": telling.mode,
        "cooldown_sessions": telling.cooldown_sessions,
        "daily_cap": telling.daily_cap,
        "expires_on": telling.expires_on,
    }


def _telling(row: RowMapping) -> Telling:
    return Telling(
        mode=RuleMode(row["mode"]),
        cooldown_sessions=row["cooldown_sessions"],
        daily_cap=row["daily_cap"],
        expires_on=row["expires_on"],
    )


def _rule(row: RowMapping) -> OwnRule:
    return OwnRule(
        id=row["id"],
        subscription_id=row["subscription_id"],
        number=row["number"],
        text=row["text"],
        said=row["said"],
        telling=_telling(row),
        state=RuleState(row["state"]),
        token=row["token"],
    )


def _draft_row(draft: RuleDraft) -> dict[str, Any]:
    return {
        "channel": draft.channel,
        "chat": draft.chat,
        "thread": draft.thread,
        "number": draft.number,
        "text": draft.text,
        "said": draft.said,
        **_telling_row(draft.telling),
        "share": draft.share,
        "day": draft.day,
        "codes": list(draft.codes),
    }


def _draft(row: RowMapping) -> RuleDraft:
    return RuleDraft(
        id=row["id"],
        channel=row["channel"],
        chat=row["chat"],
        thread=row["thread"],
        number=row["number"],
        text=row["text"],
        said=row["said"],
        telling=_telling(row),
        share=row["share"],
        day=row["day"],
        codes=tuple(row["codes"]),
    )
