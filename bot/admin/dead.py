"""Dead letters: which ones somebody means, and what he reads of them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.admin.errors import CannotError
from bot.admin.wording import moment_text
from bot.messages.catalogue import Catalogue
from bot.store.dead import DeadCount, DeadFilter, DeadLetter, LetterKind, Retried

KINDS = {
    "提醒": LetterKind.ALERT,
    "日报": LetterKind.DIGEST,
    "群发": LetterKind.BROADCAST,
    "通知": LetterKind.NOTICE,
} | {one.value: one for one in LetterKind}

_REASON_MAX = 120


def meant(words: Sequence[str], known: Iterable[DeadCount]) -> DeadFilter:
    """The letters that words name: a channel, a kind, ``@`` a reason's key, ``#`` a letter's number.

    Raises CannotError that names the word which fits none of what there is.
    """
    there, wanted = list(known), DeadFilter()
    for word in words:
        said = word.lower()
        reasons = frozenset(one.reason for one in there if f"@{one.key}" == said)
        if said in KINDS:
            wanted = replace(wanted, kind=KINDS[said])
        elif said in {one.channel for one in there}:
            wanted = replace(wanted, channel=said)
        elif reasons:
            wanted = replace(wanted, reasons=reasons)
        elif said.startswith("#") and said[1:].isdecimal() and len(said) < 17:
            wanted = replace(wanted, number=int(said[1:]))
        else:
            some = " ".join([*sorted({one.channel for one in there}), *(one.value for one in LetterKind)])
            raise CannotError("dead-unknown", word=word, some=some)
    return wanted


def group_line(one: DeadCount, texts: Catalogue) -> str:
    """How many, of what, since when and why."""
    kind = texts.text(f"letter-kind-{one.kind}") if one.kind else ""
    first, last = moment_text(one.first), moment_text(one.last)
    span = first if first == last else f"{first} – {last}"
    head = texts.text("dead-group", count=one.count, channel=one.channel, kind=kind)
    return f"{head}  {span}  {shortened(one.reason)}"


def letter_line(one: DeadLetter, texts: Catalogue) -> str:
    """A letter's number, its reader as the other pages name him, what it was, when and why."""
    thread = f"/{one.thread}" if one.thread else ""
    reader = f"{one.channel}:{one.chat}{thread} {one.title}".rstrip()
    paused = "" if one.active else f" {texts.text('admin-reader-paused')}"
    kind = texts.text(f"letter-kind-{one.kind}")
    return f"#{one.id}  {moment_text(one.ended_at)}  {kind}  {reader}{paused}  {shortened(one.reason)}"


def retried_lines(one: Retried, texts: Catalogue) -> list[str]:
    """What became of the letters that were to be sent again."""
    lines = [texts.text("dead-retried", count=one.put_back)]
    if one.paused:
        lines.append(texts.text("dead-paused", count=one.paused))
    if one.replaced:
        lines.append(texts.text("dead-replaced", count=one.replaced))
    return lines


def shortened(reason: str) -> str:
    """A reason on one line."""
    flat = " ".join(reason.split()) or "—"
    return flat if len(flat) <= _REASON_MAX else f"{flat[:_REASON_MAX]}…"
