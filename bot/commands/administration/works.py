"""Sources, quarantine, timetable, maintenance, back-ups and the audit log by chat."""

from bot.admin.errors import CannotError
from bot.admin.maintenance import Maintenance, ended, maintained
from bot.admin.publishers import asked_again, rested, sources_seen
from bot.admin.timetable import planned, run_again, skip
from bot.admin.wording import audit_line, moment_text, slot_line, source_line
from bot.commands.administration.counter import (
    back,
    deed_of,
    done,
    in_rows,
    office_of,
    page,
    rest_of,
    tuned_of,
    whole_number,
)
from bot.commands.base import Talk
from bot.messages.model import Button, Look, Message, Span, Table, line, muted, paragraph
from bot.store.backup import NotAFileError
from bot.store.changes import Kind
from bot.store.errors import StoreError

_AUDIT_SHOWN = 10
_REFUSALS_SHOWN = 15
_ROWS_SHOWN = 8
_CELL_MAX = 14
_REST, _ASK = {"rest", "休息"}, {"ask", "重试"}
_ON, _OFF = {"on", "开"}, {"off", "关"}
_ACCEPT = {"accept", "放行"}
_REST_MINUTES = 60


async def sources(talk: Talk, words: tuple[str, ...]) -> Message:
    """How each source fares; one that is to be left alone or asked again."""
    world, texts = talk.desk.world, talk.texts
    if not words:
        return await _sources(talk)
    action = words[1].lower() if len(words) > 1 else ""
    if action in _ASK:
        after = await asked_again(world, words[0], talk.now)
    elif action in _REST:
        minutes = whole_number(words[2]) if len(words) > 2 else _REST_MINUTES
        after = await rested(world, words[0], minutes, talk.now)
    else:
        raise CannotError("admin-source-how")
    await world.store.changes.make(Kind.SOURCES, after, deed_of(talk))
    await tuned_of(talk)
    return await _sources(talk, texts.text("admin-source-asked" if action in _ASK else "admin-source-rested"))


async def _sources(talk: Talk, *first: str) -> Message:
    texts, seen = talk.texts, await sources_seen(talk.desk.world, talk.now)
    resting = dict.fromkeys(one.host for one in seen if one.rests_until is not None)
    buttons = [Button(f"{texts.text('admin-source-ask')} {host}", f"/admin sources {host} ask") for host in resting]
    failing = [f"✗ {name}: {why}" for name, why in sorted(talk.desk.health.failing.items())]
    lines = [*first, *(source_line(one, texts) for one in seen), *failing, texts.text("admin-source-how")]
    kept_out = Button(texts.text("admin-menu-quarantine"), "/admin quarantine")
    return page(texts.text("admin-menu-sources"), lines, (*in_rows(buttons, 2), (kept_out, back(talk))))


async def quarantine(talk: Talk, words: tuple[str, ...]) -> Message:
    """The tables that are kept out, one of them, or one that is let in."""
    store, texts = talk.desk.world.store.quarantine, talk.texts
    if not words:
        refusals = list(reversed(await store.refusals(None, None)))
        lines = [f"{one.id}. {one.day} {one.source} {one.rows}× {one.gate}: {one.detail}" for one in refusals]
        shown = lines[:_REFUSALS_SHOWN] or [texts.text("admin-quarantine-none")]
        each = [Button(str(one.id), f"/admin quarantine {one.id}") for one in refusals[:_REFUSALS_SHOWN]]
        return page(texts.text("admin-menu-quarantine"), shown, (*in_rows(each, 5), (back(talk),)))
    number = whole_number(words[0])
    try:
        if len(words) > 1 and words[1].lower() in _ACCEPT:
            note = rest_of(talk, words[2:])
            accepted = await store.accept(number, deed_of(talk).who, note, talk.now)
            text = "admin-quarantine-accepted" if accepted.new else "admin-quarantine-known"
            return done(texts.text(text, number=str(number)), ((back(talk),),))
        return await _refused(talk, number)
    except StoreError as error:
        raise CannotError("admin-failed", why=str(error)) from error


async def _refused(talk: Talk, number: int) -> Message:
    texts = talk.texts
    refusal, snapshot = await talk.desk.world.store.quarantine.find(number)
    head = [f"{refusal.day} {refusal.dataset} {refusal.source} {refusal.scope}", f"{refusal.gate}: {refusal.detail}"]
    table = snapshot.table.head(_ROWS_SHOWN)
    header = ("code", *map(str, table.columns))
    rows = tuple(tuple(Span(_cell(value)) for value in row) for row in table.itertuples())
    accept = Button(texts.text("admin-quarantine-accept"), f"/admin quarantine {number} accept", Look.DANGER)
    shown = page(texts.text("admin-quarantine-title", number=str(number)), head, ((accept, back(talk)),))
    count = paragraph(line(muted(texts.text("admin-quarantine-rows", shown=len(table), count=refusal.rows))))
    return Message(blocks=(*shown.blocks, Table(header, rows), count), buttons=shown.buttons, in_place=True)


def _cell(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)[:_CELL_MAX]


async def timetable(talk: Talk, _: tuple[str, ...]) -> Message:
    """What is due today, and what of it is done."""
    texts = talk.texts
    lines = [slot_line(one, talk.now, texts) for one in await planned(office_of(talk), talk.now)]
    run_close, run_evening = (
        Button(f"{texts.text('admin-slot-run')} {one}", f"/admin run {one}") for one in ("close", "evening")
    )
    how = texts.text("admin-slot-how")
    shown = lines or [texts.text("admin-slot-empty")]
    return page(texts.text("admin-menu-timetable"), [*shown, how], ((run_close, run_evening), (back(talk),)))


async def run(talk: Talk, words: tuple[str, ...]) -> Message:
    """Have the newest slot of a round run again."""
    after = run_again(office_of(talk), " ".join(words), talk.now)
    await talk.desk.world.store.changes.make(Kind.SLOTS, after, deed_of(talk))
    return done(talk.texts.text("admin-slot-ordered"), ((back(talk),),))


async def skip_slot(talk: Talk, words: tuple[str, ...]) -> Message:
    """Leave out the next slot of a round, with the reason."""
    if not words:
        raise CannotError("admin-slot-how")
    clock = words[1] if len(words) > 1 and words[1][:1].isdigit() and ":" in words[1] else ""
    reason = rest_of(talk, words[2 if clock else 1 :])
    if not reason:
        raise CannotError("admin-slot-reason")
    slot = await skip(office_of(talk), words[0], clock.rjust(5, "0") if clock else "", reason, deed_of(talk))
    text = talk.texts.text("admin-slot-skipped", round=slot.round.value, at=moment_text(slot.due))
    return done(text, ((back(talk),),))


async def maintenance(talk: Talk, words: tuple[str, ...]) -> Message:
    """What stands still, or another state: ``on [polls=off] [sends=off] words``, ``off``."""
    if words:
        word = words[0].lower()
        if word in _OFF:
            after = ended()
        elif word in _ON:
            after = _wanted(talk, words[1:])
        else:
            raise CannotError("admin-maintenance-how")
        await talk.desk.world.store.changes.make(Kind.MAINTENANCE, after, deed_of(talk))
    texts, tuned = talk.texts, await tuned_of(talk)
    on = tuned.maintenance
    buttons = (
        (Button(texts.text("admin-maintenance-off-button"), "/admin maintenance off", Look.GOOD),)
        if on
        else (
            Button(texts.text("admin-maintenance-on-button"), "/admin maintenance on"),
            Button(
                texts.text("admin-maintenance-all-button"), "/admin maintenance on polls=off sends=off", Look.DANGER
            ),
        )
    )
    lines = _state(talk, on) if on else [texts.text("admin-maintenance-is-off")]
    return page(
        texts.text("admin-menu-maintenance"), [*lines, texts.text("admin-maintenance-how")], (buttons, (back(talk),))
    )


def _wanted(talk: Talk, words: tuple[str, ...]) -> "dict[str, object]":
    switches = {"polls": True, "sends": True}
    text = list(words)
    while text and text[0].partition("=")[0].lower() in switches and "=" in text[0]:
        name, _, value = text.pop(0).partition("=")
        if value.lower() not in _ON | _OFF:
            raise CannotError("admin-maintenance-how")
        switches[name.lower()] = value.lower() in _ON
    return dict(maintained(rest_of(talk, text), polls=switches["polls"], sends=switches["sends"]))


def _state(talk: Talk, on: Maintenance) -> list[str]:
    texts = talk.texts
    words = {True: texts.text("admin-goes-on"), False: texts.text("admin-stands-still")}
    return [
        texts.text("admin-maintenance-is-on"),
        texts.text("admin-maintenance-state", polls=words[on.polls], sends=words[on.sends]),
        on.text or texts.text("maintenance"),
    ]


async def audit(talk: Talk, words: tuple[str, ...]) -> Message:
    """The newest changes, or those before a number."""
    before = whole_number(words[0]) if words else None
    found = await talk.desk.world.store.audit.recent(_AUDIT_SHOWN + 1, before)
    lines = [audit_line(one) for one in found[:_AUDIT_SHOWN]] or [talk.texts.text("admin-audit-none")]
    shown = found[:_AUDIT_SHOWN] if len(found) > _AUDIT_SHOWN else []
    older = [Button(talk.texts.text("admin-more"), f"/admin audit {one.id}") for one in shown[-1:]]
    buttons = (*older, back(talk))
    return page(talk.texts.text("admin-menu-audit"), lines, (buttons,))


async def backup(talk: Talk, _: tuple[str, ...]) -> Message:
    """Copy the database now."""
    office, texts = office_of(talk), talk.texts
    try:
        made = await talk.desk.world.store.backups.make(office.backup_folder, office.backups_kept, deed_of(talk))
    except NotAFileError:
        raise CannotError("admin-backup-no-file") from None
    except StoreError as error:
        raise CannotError("admin-failed", why=str(error)) from error
    size = f"{made.size_bytes / 1e6:.1f}"
    return done(texts.text("admin-backup-made", name=made.path.name, size=size, dropped=made.dropped), ((back(talk),),))
