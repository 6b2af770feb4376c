"""Find the funds and signals that people mean."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from bot.commands.base import SaidWrongError
from bot.messages.catalogue import Catalogue
from signals.core.detector import Detector
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
    fits = funds_like(panel, word)
    if len(fits) == 1:
        return fits[0]
    if not fits:
        raise SaidWrongError(texts.text("fund-unknown", word=word))
    some = texts.text("exchange-join").join(f"{one.name} {one.code}" for one in fits[:_MOST_SUGGESTIONS])
    key = "fund-many" if len(fits) <= _MOST_SUGGESTIONS else "fund-very-many"
    raise SaidWrongError(texts.text(key, word=word, some=some, count=len(fits)))


def funds_like(panel: Panel, word: str) -> list[Profile]:
    """The fund with this code, the funds with this name, or those whose name or index holds the word."""
    if word in panel.profiles:
        return [panel.profiles[word]]
    said = word.lower()
    # A fund without a name is one of which nothing but its index is known: nobody means it by a word.
    named = [one for one in panel.profiles.values() if one.name != one.code]
    fits = [one for one in named if said == one.name.lower()]
    return fits or [one for one in named if said in one.name.lower() or said in one.index_name.lower()]


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
