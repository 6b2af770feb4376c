"""What the parts of the menu share: who asks, what is behind the words, drafts to confirm, pages of lines."""

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bot.admin.errors import CannotError
from bot.admin.office import Office, Tuned
from bot.admin.wording import change_lines
from bot.commands.base import Right, SaidWrongError, Talk
from bot.commands.documents import NotTextError, text_of
from bot.messages.model import Button, Heading, Look, Message, Paragraph, line, paragraph
from bot.messages.names import Named
from bot.store.audit import Deed
from bot.store.changes import Kind, States

Rows: TypeAlias = tuple[tuple[Button, ...], ...]

_COMMAND_MAX = 62
"""Bytes that a button can say."""


@dataclass(frozen=True, kw_only=True)
class Sub:
    """One thing to say behind the command; `words` follow it."""

    name: str
    chinese: str
    right: Right = Right.ADMIN
    run: Callable[[Talk, tuple[str, ...]], Awaitable[Message]]
    shown: bool = True
    """It has a button in the menu."""


def deed_of(talk: Talk) -> Deed:
    """Who asks, and when."""
    return Deed(f"{talk.incoming.channel}:{talk.incoming.speaker.id}", talk.now)


def office_of(talk: Talk) -> Office:
    """The office; where there is none nobody runs the service by chat."""
    if talk.desk.office is None:
        raise SaidWrongError(talk.texts.text("not-for-you"))
    return talk.desk.office


async def tuned_of(talk: Talk) -> Tuned:
    """What is in force now."""
    return await office_of(talk).tuned()


def rest_of(talk: Talk, words: Sequence[str]) -> str:
    """The words as they were typed, with their lines; `words` are the last of what was said."""
    places = [one.start() for one in re.finditer(r"\S+", talk.incoming.text)]
    if not words or len(places) < len(words):
        return " ".join(words)
    return talk.incoming.text[places[-len(words)] :].strip()


def pasted(talk: Talk, words: Sequence[str]) -> str:
    """The words, and those of a file that came with them."""
    document = talk.incoming.document
    if document is None:
        return rest_of(talk, words)
    try:
        return f"{rest_of(talk, words)}\n{text_of(document)}"
    except NotTextError as error:
        raise CannotError("admin-file-unreadable", name=error.name) from None


def whole_number(word: str) -> int:
    """A number that somebody said; raises CannotError that names the word."""
    if not word.isdecimal() or len(word) > 9:
        raise CannotError("admin-number", word=word)
    return int(word)


async def names_of(talk: Talk) -> Callable[[str], str]:
    """Looks up what a fund is called."""
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    return Named(panel.profiles).fund


async def offer(talk: Talk, kind: Kind, after: States, more: Iterable[str] = ()) -> Message:
    """Show what a change would make of what; a button of its author makes it."""
    draft = await talk.desk.world.store.changes.draft(kind, after, deed_of(talk))
    lines = change_lines(kind, draft.before, draft.after, talk.texts, await names_of(talk))
    if not lines:
        raise CannotError("admin-nothing-changes")
    texts = talk.texts
    buttons = (
        Button(texts.text("admin-confirm"), f"/admin ok {draft.id}", Look.GOOD),
        Button(texts.text("admin-drop"), f"/admin no {draft.id}"),
    )
    return page(texts.text("admin-draft-title"), [*lines, *more], (buttons,))


async def made(talk: Talk, kind: Kind, before: States, after: States, title: str) -> Message:
    """What a change has made of what, and a button to take it back."""
    lines = change_lines(kind, before, after, talk.texts, await names_of(talk))
    undo = Button(talk.texts.text("admin-undo"), f"/admin undo {kind}")
    return page(talk.texts.text(title), lines, ((undo, back(talk)),))


def page(title: str, lines: Iterable[str], buttons: Rows = ()) -> Message:
    """A heading, lines, buttons; a button's page takes the place of the one before."""
    told = tuple(line(one) for one in lines)
    return Message(
        blocks=(Heading(title, 1), *((Paragraph(told),) if told else ())),
        buttons=tuple(row for row in buttons if row),
        in_place=True,
    )


def done(text: str, buttons: Rows = ()) -> Message:
    """One line."""
    return Message(blocks=(paragraph(text),), buttons=buttons, in_place=True)


def back(talk: Talk) -> Button:
    """The way to the menu."""
    return Button(talk.texts.text("admin-back-button"), "/admin")


def in_rows(buttons: Sequence[Button], width: int = 3) -> Rows:
    """Buttons side by side; one whose command is too long to be said by a button is left out."""
    fit = [one for one in buttons if len(one.command.encode()) <= _COMMAND_MAX]
    return tuple(tuple(fit[at : at + width]) for at in range(0, len(fit), width))
