"""`etfbot rules`: subscribers' own rules as the operator sees them."""

import json
from datetime import date
from typing import Annotated, Any

import typer

from bot.app import opened
from bot.cli.options import DatabaseOption, DebugOption, SourceOption, settings_of
from bot.rules import OwnRule
from bot.subscriptions import Subscription


async def rules(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """List every subscriber's own rules, with whose they are, how they are told and when they last were."""
    settings = settings_of(database, source, debug=debug)
    async with opened(settings, exclusive=False) as world:
        kept = await world.store.rules.all()
        told = await world.store.rules.counts()
        people = {one.subscription_id: await world.store.subscriptions.get(one.subscription_id) for one in kept}
    for one in kept:
        row = _object(one, people[one.subscription_id], *told.get(one.id, (0, None)))
        typer.echo(json.dumps(row, ensure_ascii=False) if as_json else _line(row))
    if not kept and not as_json:
        typer.echo("nobody has a rule of his own")


def _object(one: OwnRule, person: Subscription | None, hits: int, last: date | None) -> dict[str, Any]:
    return {
        "id": one.id,
        "who": f"{person.channel}:{person.chat}" + (f":{person.thread}" if person.thread else "") if person else "",
        "number": one.number,
        "state": one.state.value,
        "listens": bool(person and person.active),
        "text": one.text,
        "said": one.said,
        "mode": one.telling.mode.value,
        "cooldown_sessions": one.telling.cooldown_sessions,
        "daily_cap": one.telling.daily_cap,
        "expires_on": one.telling.expires_on.isoformat() if one.telling.expires_on else None,
        "hits": hits,
        "last_hit": last.isoformat() if last else None,
    }


def _line(row: dict[str, Any]) -> str:
    until = f", until {row['expires_on']}" if row["expires_on"] else ""
    last = f", last on {row['last_hit']}" if row["last_hit"] else ""
    state = row["state"] if row["listens"] else f"{row['state']}, subscription paused"
    how = f"{row['mode']}, cooldown {row['cooldown_sessions']}, cap {row['daily_cap']}{until}"
    return f"{row['who']} #{row['number']}  {row['text']}  ({state}; {how}; {row['hits']} hits{last})"
