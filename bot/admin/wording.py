"""What administrators read, in short lines; the same in a chat and on the command line."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.admin.publishers import SourceState
from bot.admin.thresholds import Preview, Threshold
from bot.admin.timetable import Planned
from bot.messages.catalogue import Catalogue
from bot.messages.figures import day_text
from bot.store.audit import AuditEntry
from bot.store.bans import Ban
from bot.store.changes import Kind, States
from bot.store.readers import Reader, Sending
from signals.core.calendar import MARKET_ZONE

_CODES_NAMED = 40
_AUDIT_MAX = 300


def moment_text(at: datetime) -> str:
    """A moment on the exchanges' clock."""
    return f"{at.astimezone(MARKET_ZONE):%m-%d %H:%M}"


def change_lines(
    kind: Kind, before: States, after: States, texts: Catalogue, name_of: Callable[[str], str]
) -> list[str]:
    """What a change makes of what; empty where it makes nothing."""
    lines = []
    for key, state in after.items():
        if before.get(key) == state:
            continue
        if kind is Kind.WATCHLISTS:
            lines += _list_lines(key, before.get(key), state, texts, name_of)
        else:
            was, now = (_state_text(one.get(key), texts) for one in (before, after))
            lines.append(texts.text("admin-diff-value", name=key, before=was, after=now))
    return lines


def threshold_line(one: Threshold, texts: Catalogue) -> str:
    """Name, value, default where it is another, and what set it."""
    origin = one.origin or texts.text("admin-origin-admin")
    text = "admin-threshold-line" if one.value == one.default else "admin-threshold-line-other"
    return texts.text(
        text,
        name=one.parameter,
        value=_state_text(one.value, texts),
        default=_state_text(one.default, texts),
        origin=origin,
    )


def preview_lines(one: Preview, texts: Catalogue, sentence: Callable[[Any], str]) -> list[str]:
    """How often both would have spoken, session by session, and examples of what differs."""
    before, after = sum(one.now.values()), sum(one.then.values())
    lines = [texts.text("admin-preview-sum", count=len(one.days), before=before, after=after)]
    newest = one.days[-1] if one.days else None
    lines += [
        texts.text(
            "admin-preview-day",
            day=day_text(day, newest or day),
            before=one.now.get(day, 0),
            after=one.then.get(day, 0),
        )
        for day in reversed(one.days)
        if one.now.get(day, 0) or one.then.get(day, 0)
    ]
    if one.examples:
        lines.append(texts.text("admin-preview-examples"))
        lines += [sentence(each) for each in one.examples]
    return lines


def source_line(one: SourceState, texts: Catalogue) -> str:
    """A source, what came of asking it last, and until when it is left alone."""
    said = texts.text(
        "admin-source-line",
        source=one.source,
        host=one.host,
        outcome=texts.text(f"outcome-{one.outcome.value.replace('_', '-')}"),
        at=moment_text(one.at),
        requests=one.requests_today,
    )
    resting = one.rests_until and texts.text("admin-source-rests", until=moment_text(one.rests_until))
    return f"{said}{resting or ''}"


def slot_line(one: Planned, now: datetime, texts: Catalogue) -> str:
    """A slot of the timetable and what became of it."""
    if one.asked:
        state = texts.text("admin-slot-asked")
    elif one.run is not None:
        state = texts.text("admin-slot-done", at=moment_text(one.run.finished_at), report=one.run.report or "✓")
    else:
        state = texts.text("admin-slot-missing" if one.slot.due <= now else "admin-slot-waiting")
    return texts.text("admin-slot-line", at=moment_text(one.slot.due), round=one.slot.round.value, state=state)


def reader_line(one: Reader, texts: Catalogue) -> str:
    """A subscriber: number, channel, chat, title, and whether he listens."""
    thread = f"/{one.thread}" if one.thread else ""
    state = texts.text("admin-reader-active") if one.active else texts.text("admin-reader-paused")
    reason = f" ({one.paused_reason})" if one.paused_reason else ""
    return f"#{one.id} {one.channel}:{one.chat}{thread} {one.title} {state}{reason}"


def ban_line(one: Ban) -> str:
    """Who, since when, and why."""
    return f"{one.who} {moment_text(one.at)} {one.reason}".rstrip()


def sending_line(one: Sending, texts: Catalogue) -> str:
    """A delivery without its words."""
    error = f" ({one.error})" if one.error else ""
    return f"{moment_text(one.ended_at or one.due_at)} {texts.text(f'delivery-{one.state.value}')} {one.batch}{error}"


def audit_line(one: AuditEntry) -> str:
    """Who changed what from what to what."""
    was, now = (_shortened(text) for text in (one.before, one.after))
    return f"#{one.id} {moment_text(one.at)} {one.who} {one.what}: {was or '—'} → {now or '—'}"


def _list_lines(
    name: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    texts: Catalogue,
    name_of: Callable[[str], str],
) -> list[str]:
    if after is None:
        return [texts.text("admin-diff-list-gone", name=name, count=len((before or {}).get("codes", ())))]
    lines = [] if before is not None else [texts.text("admin-diff-list-new", name=name)]
    old: Mapping[str, Any] = before or {"codes": [], "title_zh": name, "title_en": name, "position": after["position"]}
    for field in ("title_zh", "title_en", "position", "hidden"):
        if old.get(field, False) != after[field]:
            was, now = (_state_text(one.get(field, False), texts) for one in (old, after))
            lines.append(texts.text("admin-diff-value", name=f"{name}.{field}", before=was, after=now))
    more = [code for code in after["codes"] if code not in old["codes"]]
    less = [code for code in old["codes"] if code not in after["codes"]]
    lines += [f"+ {part}" for part in _named(more, name_of)] + [f"− {part}" for part in _named(less, name_of)]
    if not (more or less) and list(old["codes"]) != after["codes"]:
        lines.append(texts.text("admin-diff-order", name=name, codes=" ".join(after["codes"][:_CODES_NAMED])))
    return lines


def _named(codes: list[str], name_of: Callable[[str], str]) -> list[str]:
    shown = [f"{code} {name_of(code)}" for code in codes[:_CODES_NAMED]]
    return [*shown, f"… {len(codes) - _CODES_NAMED}"] if len(codes) > _CODES_NAMED else shown


def _state_text(value: Any, texts: Catalogue) -> str:
    match value:
        case None:
            return texts.text("admin-unset")
        case bool():
            return texts.text("admin-yes" if value else "admin-no")
        case float():
            return f"{value:,.12g}"
        case Mapping():
            return ", ".join(f"{name}={_state_text(one, texts)}" for name, one in value.items())
        case _:
            return str(value)


def _shortened(text: str) -> str:
    return text if len(text) <= _AUDIT_MAX else f"{text[:_AUDIT_MAX]}…"
