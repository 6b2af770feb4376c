"""`etfbot gallery`: one page with every message, as each channel shows it."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from bot.app import desk_of, limits_of, load_demo, opened, timetable_of
from bot.cli.options import DebugOption, settings_of
from bot.cli.progress import bar
from bot.cli.running import DEMO_EVENING, DEMO_LAST, DEMO_MORNING, DEMO_WEEK_END, DEMO_WEEK_NOTE, demo_funds
from bot.digest import DigestRun
from bot.gallery import Gallery
from bot.gallery_page import page_of
from bot.messages.digest import Edition
from bot.pictures.studio import Studio
from bot.replay import ReplayClock

PATIENCE_SECONDS = 300.0
"""For each picture: a page without some of them is not what people get."""


async def gallery(
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The page to write.")] = Path("gallery.html"),
    debug: DebugOption = False,
) -> None:
    """Write a page with every alert, digest and answer of the demo market (演示数据), in Chinese and English."""
    settings = settings_of("sqlite:///:memory:", "demo", debug=debug)
    async with opened(settings) as world:
        with bar(1) as progress:
            progress.at("演示数据 demo market")
            await load_demo(world, lambda done, all_: progress.within(all_)(done))
        shown = Gallery(
            desk=replace(
                desk_of(settings, world, ReplayClock(at=DEMO_MORNING)), studio=Studio(wait_seconds=PATIENCE_SECONDS)
            ),
            timetable=timetable_of(settings),
            limits=limits_of(settings),
            digests=(
                DigestRun(edition=Edition.EVENING, day=DEMO_LAST, now=DEMO_EVENING),
                DigestRun(edition=Edition.MORNING, day=DEMO_LAST, now=DEMO_MORNING),
                DigestRun(edition=Edition.WEEKLY, day=DEMO_WEEK_END, now=DEMO_WEEK_NOTE),
            ),
            last=DEMO_LAST,
            funds=demo_funds(),
        )
        exhibits = await shown.exhibits()
        page = await asyncio.to_thread(page_of, exhibits)
    await asyncio.to_thread(out.write_text, page, encoding="utf-8")
    typer.echo(f"{out}: {len(exhibits)} messages, {len({one.kind for one in exhibits})} kinds")
