"""Thresholds and limits by chat: what is in force, what another value would have told, and the other value."""

import asyncio
from dataclasses import replace

from bot.admin.errors import CannotError
from bot.admin.office import Tuned
from bot.admin.thresholds import changed, key_of, preview, read_threshold, thresholds_of
from bot.admin.wording import preview_lines, threshold_line
from bot.commands.administration.counter import back, offer, office_of, page, tuned_of, whole_number
from bot.commands.base import Talk
from bot.commands.lookup import find_detector
from bot.messages.model import Button, Message
from bot.messages.names import Named
from bot.messages.sentences import Teller
from bot.store.changes import Kind, States
from signals.core.detector import Detector
from signals.core.signal import Signal

_RESET = {"reset", "默认", "恢复"}


async def thresholds(talk: Talk, words: tuple[str, ...]) -> Message:
    """Every detector, one with its thresholds, or a value that is tried out before it is saved."""
    tuned, texts = await tuned_of(talk), talk.texts
    if not words:
        return _detectors(talk, tuned)
    detector = find_detector(tuned.world.detectors, words[0], texts)
    if len(words) == 1:
        return _parameters(talk, tuned, detector)
    if len(words) == 2:
        raise CannotError("admin-threshold-how", name=detector.name)
    after, then = _wanted(talk, detector, words[1], " ".join(words[2:]))
    return await offer(talk, Kind.THRESHOLDS, after, await _previewed(talk, tuned, detector, then))


def _wanted(talk: Talk, detector: Detector, parameter: str, word: str) -> tuple[States, Detector]:
    """The override, and the detector with it."""
    base = office_of(talk).world.detectors[detector.name]
    if word.lower() in _RESET:
        value = base.settings().get(parameter)
        plain = getattr(value, "value", value)
        return {key_of(detector.name, parameter): None}, changed(detector, parameter, plain)
    value = read_threshold(detector, parameter, word)
    return {key_of(detector.name, parameter): value}, changed(detector, parameter, value)


async def _previewed(talk: Talk, tuned: Tuned, detector: Detector, then: Detector) -> list[str]:
    if detector.intraday:
        return [talk.texts.text("admin-preview-intraday")]
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    found = await asyncio.to_thread(preview, panel, detector, then)
    teller, named = Teller(talk.language, tuned.world.detectors, talk.today), Named(panel.profiles)

    def sentence(one: Signal) -> str:
        return f"{named.of(one.subject, talk.texts)}  {teller.sentence(one)}"

    return preview_lines(found, talk.texts, sentence)


def _detectors(talk: Talk, tuned: Tuned) -> Message:
    texts = talk.texts
    lines = [
        f"{'* ' if any(key.startswith(key_of(one.name, '')) for key in tuned.overrides) else ''}"
        f"{one.name}  {texts.of(one.title)}"
        for one in tuned.world.detectors.values()
    ]
    undo = Button(texts.text("admin-undo"), f"/admin undo {Kind.THRESHOLDS}")
    return page(
        texts.text("admin-menu-thresholds"), [*lines, texts.text("admin-thresholds-how")], ((undo, back(talk)),)
    )


def _parameters(talk: Talk, tuned: Tuned, detector: Detector) -> Message:
    texts = talk.texts
    lines = [threshold_line(one, texts) for one in thresholds_of(detector, tuned.overrides, office_of(talk).where)]
    all_of_them = Button(texts.text("admin-menu-thresholds"), "/admin thresholds")
    how = texts.text("admin-threshold-how", name=detector.name)
    return page(texts.of(detector.title), [*lines, how], ((all_of_them, back(talk)),))


async def limits(talk: Talk, words: tuple[str, ...]) -> Message:
    """Every limit, or another value of one."""
    tuned, texts, office = await tuned_of(talk), talk.texts, office_of(talk)
    if not words:
        lines = [
            texts.text(
                "admin-limit-line",
                name=one.key,
                value=str(tuned.limits[one.key]),
                base=str(one.base),
                least=str(one.least),
                most=str(one.most),
            )
            for one in office.limits.values()
        ]
        undo = Button(texts.text("admin-undo"), f"/admin undo {Kind.LIMITS}")
        return page(texts.text("admin-menu-limits"), [*lines, texts.text("admin-limits-how")], ((undo, back(talk)),))
    limit = office.limit(words[0])
    word = " ".join(words[1:])
    value = None if word.lower() in _RESET else limit.checked(whole_number(word))
    shown = await offer(talk, Kind.LIMITS, {limit.key: value})
    return replace(shown, in_place=False)
