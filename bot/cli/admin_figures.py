"""`etfbot admin threshold` and `limit`: what counts beside the files."""

from dataclasses import asdict
from typing import Annotated, TypeAlias

import typer

from bot.admin.office import Tuned
from bot.admin.thresholds import changed, key_of, preview, read_threshold, thresholds_of
from bot.admin.wording import preview_lines, threshold_line
from bot.cli.admin import Counter, DryOption, JsonOption, at_the_office, tell, tell_json, undone
from bot.cli.options import DatabaseOption, DebugOption, SourceOption
from bot.messages.names import Named
from bot.messages.sentences import Teller
from bot.store.changes import Kind
from bot.subscriptions import Language
from config.problems import unknown
from signals.core.detector import Detector

SignalArgument: TypeAlias = Annotated[str, typer.Argument(metavar="SIGNAL", help="Name of the detector.")]
ParameterArgument: TypeAlias = Annotated[str, typer.Argument(metavar="PARAMETER", help="Its threshold.")]
LimitArgument: TypeAlias = Annotated[str, typer.Argument(metavar="NAME", help="Such as max_watched.")]


async def thresholds(
    name: Annotated[str, typer.Argument(metavar="[SIGNAL]", help="One detector; all by default.")] = "",
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Show thresholds: value, default, and what set them."""
    async with at_the_office(database, source, debug=debug) as counter:
        tuned = await counter.office.tuned()
        chosen = [_detector(tuned, name)] if name else [*tuned.world.detectors.values()]
        for detector in chosen:
            found = thresholds_of(detector, tuned.overrides, counter.office.where)
            if as_json:
                tell_json(asdict(one) for one in found)
            else:
                tell(
                    [f"[{detector.name}]  {detector.title.en}", *(threshold_line(one, counter.texts) for one in found)]
                )


async def try_threshold(
    name: SignalArgument,
    parameter: ParameterArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE")],
    *,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Show what another value would have told within the last 20 sessions, and save nothing."""
    async with at_the_office(database, source, debug=debug) as counter:
        tuned = await counter.office.tuned()
        detector = _detector(tuned, name)
        then = changed(detector, parameter, read_threshold(detector, parameter, value))
        tell(await _previewed(counter, tuned, detector, then))


async def set_threshold(
    name: SignalArgument,
    parameter: ParameterArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE")],
    *,
    dry_run: DryOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Set a threshold; the running service counts with it from its next poll on."""
    async with at_the_office(database, source, debug=debug) as counter:
        detector = _detector(await counter.office.tuned(), name)
        after = {key_of(detector.name, parameter): read_threshold(detector, parameter, value)}
        await counter.change(Kind.THRESHOLDS, after, dry_run=dry_run)


async def reset_threshold(
    name: SignalArgument,
    parameter: ParameterArgument,
    *,
    dry_run: DryOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Let the files say again what a threshold is."""
    async with at_the_office(database, source, debug=debug) as counter:
        await counter.change(Kind.THRESHOLDS, {key_of(name, parameter): None}, dry_run=dry_run)


async def undo_threshold(
    *, database: DatabaseOption = None, source: SourceOption = None, debug: DebugOption = False
) -> None:
    """Take the last change of thresholds back."""
    async with at_the_office(database, source, debug=debug) as counter:
        await undone(counter, Kind.THRESHOLDS)


async def limits(
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Show the limits, what the files say, and the bounds."""
    async with at_the_office(database, source, debug=debug) as counter:
        tuned = await counter.office.tuned()
        rows = [{**asdict(one), "value": tuned.limits[one.key]} for one in counter.office.limits.values()]
        if as_json:
            tell_json(rows)
        else:
            tell(
                f"{one['key']} = {one['value']}  (files: {one['base']}; {one['least']} to {one['most']})"
                for one in rows
            )


async def set_limit(
    name: LimitArgument,
    value: Annotated[int, typer.Argument(metavar="NUMBER")],
    *,
    dry_run: DryOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Set a limit over what the files say."""
    async with at_the_office(database, source, debug=debug) as counter:
        limit = counter.office.limit(name)
        await counter.change(Kind.LIMITS, {limit.key: limit.checked(value)}, dry_run=dry_run)


async def reset_limit(
    name: LimitArgument,
    *,
    dry_run: DryOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Let the files say again what a limit is."""
    async with at_the_office(database, source, debug=debug) as counter:
        await counter.change(Kind.LIMITS, {counter.office.limit(name).key: None}, dry_run=dry_run)


async def undo_limit(
    *, database: DatabaseOption = None, source: SourceOption = None, debug: DebugOption = False
) -> None:
    """Take the last change of limits back."""
    async with at_the_office(database, source, debug=debug) as counter:
        await undone(counter, Kind.LIMITS)


def _detector(tuned: Tuned, name: str) -> Detector:
    if name not in tuned.world.detectors:
        raise typer.BadParameter(f"{name!r} " + unknown(name, tuned.world.detectors, "a signal"))
    return tuned.world.detectors[name]


async def _previewed(counter: Counter, tuned: Tuned, now: Detector, then: Detector) -> list[str]:
    if now.intraday:
        return [counter.texts.text("admin-preview-intraday")]
    panel = await counter.panel()
    named = Named(panel.profiles)
    teller = Teller(Language.EN, tuned.world.detectors, panel.sessions[-1], named)
    return preview_lines(
        preview(panel, now, then),
        counter.texts,
        lambda one: f"{named.of(one.subject, counter.texts)}  {teller.sentence(one)}",
    )
