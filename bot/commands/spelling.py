"""How names of funds are spelt in Latin letters: the sounds of their characters, and the first letters of those."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from signals.core.panel import Panel
from signals.core.profile import Profile

NAMES_KEPT = 8192


@dataclass(frozen=True, slots=True)
class Spelt:
    """A name three times, in small letters without blanks."""

    plain: str
    sounds: str
    initials: str


@dataclass(frozen=True, slots=True)
class SpeltFunds:
    """The funds that people mean by words, and how they and their indices are spelt."""

    funds: Mapping[str, tuple[Spelt, Spelt]]
    """Name and index by code."""
    profiles: Mapping[str, Profile]


def spelt_funds(panel: Panel) -> SpeltFunds:
    """For `panel.derive`; a fund without a name is one of which only its index is known: nobody means it by a word."""
    named = [one for one in panel.profiles.values() if one.name != one.code]
    return SpeltFunds({one.code: (spelt(one.name), spelt(one.index_name)) for one in named}, panel.profiles)


@lru_cache(NAMES_KEPT)
def spelt(name: str) -> Spelt:
    """How a name is spelt; names change rarely, so a new panel costs next to nothing."""
    shown = plain_word(name)
    sounds, initials = lazy_pinyin(shown), lazy_pinyin(shown, style=Style.FIRST_LETTER)
    return Spelt(shown, "".join(sounds), "".join(initials))


def plain_word(word: str) -> str:
    """Capitals, full-width letters and blanks make no difference."""
    return "".join(unicodedata.normalize("NFKC", word).split()).lower()
