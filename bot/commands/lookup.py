"""Find the funds and signals that people mean."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.commands.base import SaidWrongError
from bot.messages.catalogue import Catalogue
from bot.messages.names import Named
from signals.core.detector import Detector
from signals.core.field import Axis
from signals.core.panel import Panel
from signals.core.profile import Profile

_MOST_SUGGESTIONS = 8
_MOST_NEAR = 3
_BETWEEN_FUNDS = re.compile(r"[\s,;、]+")


def fund_words(words: Iterable[str]) -> list[str]:
    """The funds of a line, however they were set apart: blanks, commas, semicolons, 、."""
    return [word for word in _BETWEEN_FUNDS.split(" ".join(words)) if word]


def find_fund(panel: Panel, word: str, texts: Catalogue) -> Profile:
    """The fund with this code or name, or the only one whose name or index holds the word.

    Raises SaidWrongError that names the word, with suggestions where several funds fit.
    """
    if word in panel.profiles:
        return panel.profiles[word]
    said = word.lower()
    # A fund without a name is one of which nothing but its index is known: nobody means it by a word.
    named = [one for one in panel.profiles.values() if one.name != one.code]
    fits = [one for one in named if said == one.name.lower()]
    fits = fits or [one for one in named if said in one.name.lower() or said in one.index_name.lower()]
    if len(fits) == 1:
        return fits[0]
    if not fits:
        raise SaidWrongError(texts.text("fund-unknown", word=word))
    some = texts.text("exchange-join").join(f"{one.name} {one.code}" for one in fits[:_MOST_SUGGESTIONS])
    key = "fund-many" if len(fits) <= _MOST_SUGGESTIONS else "fund-very-many"
    raise SaidWrongError(texts.text(key, word=word, some=some, count=len(fits)))


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
