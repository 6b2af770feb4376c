"""`etfbot replay`: past sessions polled as if it were then."""

import asyncio
import json
from datetime import date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.app import limits_of, opened, pace_of, timetable_of
from bot.app_channels import channels_of
from bot.cli.options import DatabaseOption, DebugOption, FromOption, RefusedError, SourceOption, ToOption, settings_of
from bot.cli.progress import bar
from bot.export import alert_object
from bot.messages.names import Named
from bot.outbox import Drain
from bot.poll import Slot, World
from bot.replay import Replay, ReplayClock
from bot.subscriptions import ALL_FUNDS, Language, Subscription
from bot.warming import LONG_SESSIONS, warm_up
from config.settings import Settings
from signals.core.calendar import MARKET_ZONE
from signals.core.snapshot import Dataset

REPLAY_CHAT = "replay"


class Shown(StrEnum):
    """Channels that a replay can print on."""

    CONSOLE = "console"


ChannelOption = Annotated[
    Shown | None, typer.Option("--channel", help="Print the messages of a subscriber who watches every fund.")
]
JsonOption = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write one JSON object per alert of these sessions.")
]


async def replay(
    *,
    start: FromOption,
    end: ToOption,
    channel: ChannelOption = None,
    json_file: JsonOption = None,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Poll each stored session as if it were then; what was polled before is not repeated."""
    if end < start:
        raise typer.BadParameter(f"--from {start} is after --to {end}")
    settings = settings_of(database, source, debug=debug)
    async with opened(settings) as world:
        sessions = await world.store.market.days(Dataset.DAILY, start, end)
        if not sessions:
            raise RefusedError(f"the database holds no session from {start} to {end}; import some (etfbot import DIR)")
        if len(sessions) >= LONG_SESSIONS:
            await asyncio.to_thread(warm_up)
        job = await _job(settings, world, channel)
        steps = job.steps(sessions[0], sessions[-1])
        alerts = 0
        with bar(len(steps)) as progress:
            async for report in job.run(sessions[0], sessions[-1], progress.reached):
                alerts += report.alerts
                progress.at(f"{report.slot.day} {report.slot.job}")
        typer.echo(f"{len(sessions)} sessions, {alerts} new alerts")
        for refusal in await world.store.quarantine.refusals(start, end):
            typer.echo(f"refused: {refusal.dataset} {refusal.scope} {refusal.day} by {refusal.gate} ({refusal.detail})")
        if json_file is not None:
            await _write(world, job, sessions[0], sessions[-1], json_file)


async def _job(settings: Settings, world: World, channel: Shown | None) -> Replay:
    clock = ReplayClock(at=datetime.combine(world.calendar.first, time.min, MARKET_ZONE))
    drain = None
    if channel is not None:
        await _subscribe_everything(world, Language(settings.language), clock.at)
        printing = {channel.value: channels_of(settings, world.store, clock).console}
        drain = Drain(world.store.outbox, printing, clock.now, pace_of(settings))
    return Replay(world=world, timetable=timetable_of(settings), clock=clock, drain=drain, limits=limits_of(settings))


async def _subscribe_everything(world: World, language: Language, now: datetime) -> None:
    if await world.store.subscriptions.find(Shown.CONSOLE, REPLAY_CHAT) is not None:
        return
    everything = Subscription(
        id=0,
        channel=Shown.CONSOLE,
        chat=REPLAY_CHAT,
        language=language,
        watched=frozenset({ALL_FUNDS}),
        evening_digest=None,
        morning_digest=False,
        weekly_digest=False,
    )
    await world.store.subscriptions.save(everything, now)


async def _write(world: World, job: Replay, start: date, end: date, file: Path) -> None:
    """All alerts of the replayed slots, also those that an earlier run has recorded."""
    slots = [step for step in job.steps(start, end) if isinstance(step, Slot)]
    recorded = await world.store.alerts.between(slots[0].due, slots[-1].due)
    profiles = (await world.store.market.panel(world.calendar, end, slots[-1].due)).profiles
    lines = [json.dumps(alert_object(one, Named(profiles)), ensure_ascii=False) for one in recorded]
    await asyncio.to_thread(file.write_text, "".join(f"{line}\n" for line in lines), encoding="utf-8")
