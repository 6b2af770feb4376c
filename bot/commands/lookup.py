"""Find the funds and signals that people mean."""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.commands.base import ManyMeantError, SaidWrongError, Talk
from bot.commands.spelling import Spelt, SpeltFunds, plain_word, spelt_funds
from bot.messages.catalogue import Catalogue
from bot.messages.model import Button
from bot.messages.names import Named
from signals.core.detector import Detector
from signals.core.field import Axis
from signals.core.panel import Panel
from signals.core.profile import Profile

_MOST_SUGGESTIONS = 8
_MOST_NEAR = 3
_LEAST_LETTERS, _LEAST_SOUNDS, _LEAST_CHARACTERS = 2, 4, 3
"""A word must be so long to be taken for pinyin, for a piece of pinyin, for a name that is not quite right."""
_LEAST_DIGITS, _CODE_DIGITS = 3, 6
_LIKENESS = 0.75
_BETWEEN_FUNDS = re.compile(r"[\s,;、]+")


def fund_words(words: Iterable[str]) -> list[str]:
    """The funds of a line, however they were set apart: blanks, commas, semicolons, 、."""
    return [word for word in _BETWEEN_FUNDS.split(" ".join(words)) if word]


async def fund_meant(talk: Talk, panel: Panel, word: str) -> Profile:
    """`find_fund` for a command: names are spelt out off the event loop."""
    await asyncio.to_thread(panel.derive, spelt_funds)
    return find_fund(panel, word, talk.texts)


def find_fund(panel: Panel, word: str, texts: Catalogue) -> Profile:
    """The fund with this code, or the only one that a word fits: its name, a piece of it or of its index, pinyin.

    Raises ManyMeantError with the candidates where several funds fit, SaidWrongError where none does.
    """
    found = funds_like(panel, word)
    if len(found) == 1:
        return found[0]
    if not found:
        buttons = (
            (Button(texts.text("button-lists"), "/lists"), Button(texts.text("button-rank"), "/rank")),
            (Button(texts.text("button-market"), "/market"), Button(texts.text("button-help"), "/help")),
        )
        raise SaidWrongError(texts.text("fund-unknown", word=word), buttons)
    some = texts.text("exchange-join").join(f"{one.name} {one.code}" for one in found[:_MOST_SUGGESTIONS])
    key = "fund-many" if len(found) <= _MOST_SUGGESTIONS else "fund-very-many"
    meant = tuple((f"{one.name} {one.code}", one.code) for one in found[:_MOST_SUGGESTIONS])
    raise ManyMeantError(texts.text(key, word=word, some=some, count=len(found)), word, meant)


def funds_like(panel: Panel, word: str) -> list[Profile]:
    """The fund with this code, or all that a word fits best."""
    if word in panel.profiles:
        return [panel.profiles[word]]
    return [panel.profiles[one] for one in _fits(panel.derive(spelt_funds), plain_word(word))]


def _fits(spelt: SpeltFunds, said: str) -> list[str]:
    """Codes of the funds that a word fits best, by the first of these that any fund passes.

    1. It is the name. 2. It stands in the name or in that of the index. 3. It is the name's pinyin or the first
    letters of it. 4. It begins those. 5. It stands in the pinyin of name or index. 6. It begins the code.
    7. All of its characters stand in the name, in their order. 8. It is spelt nearly like the name.
    """
    funds = spelt.funds.items()
    latin = said.isascii() and any(one.isalpha() for one in said)
    tests: list[Callable[[str, Spelt, Spelt], bool]] = [
        lambda _, name, index: said == name.plain,
        lambda _, name, index: said in name.plain or said in index.plain,
    ]
    if latin and len(said) >= _LEAST_LETTERS:
        tests += [
            lambda _, name, index: said in (name.sounds, name.initials),
            lambda _, name, index: name.sounds.startswith(said) or name.initials.startswith(said),
        ]
    if latin and len(said) >= _LEAST_SOUNDS:
        tests.append(lambda _, name, index: said in name.sounds or said in index.sounds)
    if said.isdecimal() and _LEAST_DIGITS <= len(said) < _CODE_DIGITS:
        tests.append(lambda code, name, index: code.startswith(said))
    if not latin and len(said) >= _LEAST_CHARACTERS:
        tests.append(lambda _, name, index: _in_order(said, name.plain))
    for test in tests if said else ():
        found = [code for code, (name, index) in funds if test(code, name, index)]
        if found:
            return found
    names = {name.plain: code for code, (name, _) in funds} if len(said) >= _LEAST_CHARACTERS else {}
    return [names[one] for one in get_close_matches(said, names, _MOST_NEAR, _LIKENESS)]


def _in_order(said: str, name: str) -> bool:
    rest = iter(name)
    return all(one in rest for one in said)


def find_detector(detectors: Mapping[str, Detector], word: str, texts: Catalogue) -> Detector:
    """The signal of this name or title in either language.

    Raises SaidWrongError that names the word, with the names nearest to it where there are some.
    """
    called = {name.lower(): one for one in detectors.values() for name in (one.title.en, one.title.zh, one.name)}
    said = word.lower()
    if said in called:
        return called[said]
    # A piece of a name is meant for what it stands in; single characters near a short title are not.
    near = [name for name in called if said in name] or get_close_matches(said, called, n=_MOST_NEAR, cutoff=0.7)
    titles = dict.fromkeys(texts.of(called[name].title) for name in near)
    if len({called[name].name for name in near}) == 1 and said in near[0]:
        return called[near[0]]
    if not titles or len(titles) > _MOST_SUGGESTIONS:
        raise SaidWrongError(texts.text("signals-unknown", word=word))
    raise SaidWrongError(texts.text("signals-near", word=word, near=texts.text("exchange-join").join(titles)))


@dataclass(frozen=True, slots=True)
class Thing:
    """A fund, an index or a kind of signal that somebody means."""

    what: str
    """A code, or the name of a detector."""
    name: str
    axis: Axis | None
    """None = a kind of signal."""


def kind_called(detectors: Mapping[str, Detector], word: str) -> Detector | None:
    """The signal of exactly this name or title, in either language."""
    said = word.lower()
    return next((one for one in detectors.values() if said in (one.name, one.title.zh, one.title.en.lower())), None)


def find_thing(panel: Panel, detectors: Mapping[str, Detector], word: str, texts: Catalogue) -> Thing:
    """The kind, fund or index of this code or name, or the only one that fits; a whole name goes before a part of one.

    Raises SaidWrongError that names the word.
    """
    if (kind := kind_called(detectors, word)) is not None:
        return _kind(kind, texts)
    said = word.lower()
    if word not in panel.profiles:
        indices = {one.index_key: one.index_name or one.index_key for one in panel.profiles.values() if one.index_key}
        for key, name in indices.items():
            if said in (key.lower(), name.lower()):
                return Thing(key, name, Axis.TRACKED)
    try:
        fund = find_fund(panel, word, texts)
    except SaidWrongError as unknown:
        try:
            return _kind(find_detector(detectors, word, texts), texts)
        except SaidWrongError:
            raise unknown from None
    return Thing(fund.code, fund.name, Axis.FUND)


def find_thing_and_kind(
    panel: Panel, detectors: Mapping[str, Detector], words: Sequence[str], texts: Catalogue
) -> tuple[Thing, Detector | None]:
    """What words name: a thing, and behind it perhaps a kind of signal by its whole name."""
    for at in range(1, len(words)):
        if kind := kind_called(detectors, " ".join(words[at:])):
            thing = find_thing(panel, detectors, " ".join(words[:at]), texts)
            return (thing, kind) if thing.axis is not None else (_kind(kind, texts), None)
    return find_thing(panel, detectors, " ".join(words), texts), None


def named_thing(panel: Panel, detectors: Mapping[str, Detector], what: str, texts: Catalogue) -> str:
    """The name of a code or of a kind; itself where nothing is known of it any more."""
    if what in detectors:
        return texts.of(detectors[what].title)
    named = Named(panel.profiles)
    return named.fund(what) if what in panel.profiles else named.index(what)


def _kind(one: Detector, texts: Catalogue) -> Thing:
    return Thing(one.name, texts.of(one.title), None)
