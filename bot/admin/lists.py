"""Watchlists as they will be: each wish becomes the states to store, or is refused as a whole."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.admin.errors import CannotError
from bot.store.changes import States
from bot.store.watchlists import Watchlist
from signals.core.profile import Profile

NAME_MAX = 12
"""Characters; a button must be able to name a list, and holds few bytes."""

TITLE_MAX = 40
FUNDS_MAX = 500

_NAME = re.compile(r"[\w-]+")
_BETWEEN = re.compile(r"[\s,;|、，；]+")
_EXCHANGE = re.compile(r"(?i)(sh|sz)?\.?(\d{6})(\.(sh|sz|ss))?")
_WORDS_NAMED = 20


def list_of(lists: Sequence[Watchlist], word: str) -> Watchlist:
    """The list of this name or title; raises CannotError that names those there are."""
    for one in lists:
        if word in {one.name, one.title_zh, one.title_en}:
            return one
    raise CannotError("admin-list-unknown", word=word, some=" ".join(one.name for one in lists) or "—")


def created(lists: Sequence[Watchlist], name: str, zh: str = "", en: str = "") -> States:
    """A new, empty list at the end."""
    if not _NAME.fullmatch(name) or len(name) > NAME_MAX:
        raise CannotError("admin-list-name", word=name, limit=NAME_MAX)
    if any(name in {one.name, one.title_zh, one.title_en} for one in lists):
        raise CannotError("admin-list-there", word=name)
    place = max((one.position for one in lists), default=-1) + 1
    return _titled(Watchlist(name, name, name, (), place), zh, en)


def renamed(one: Watchlist, zh: str = "", en: str = "") -> States:
    """Other titles; an empty one stays. The name stays too: subscribers follow it."""
    return _titled(one, zh, en)


def added(one: Watchlist, codes: Iterable[str]) -> States:
    """With more funds, at the end."""
    return _with_codes(one, dict.fromkeys((*one.codes, *codes)))


def removed(one: Watchlist, codes: Iterable[str]) -> States:
    """Without some funds; raises CannotError that names those that are not in it."""
    gone = list(codes)
    if missing := [code for code in gone if code not in one.codes]:
        raise CannotError("admin-list-without", words=" ".join(missing), name=one.name)
    return _with_codes(one, [code for code in one.codes if code not in gone])


def replaced(one: Watchlist, codes: Iterable[str]) -> States:
    """With these funds only, in this order."""
    return _with_codes(one, dict.fromkeys(codes))


def placed(one: Watchlist, code: str, place: int) -> States:
    """With a fund moved to a place, counted from 1."""
    if code not in one.codes:
        raise CannotError("admin-list-without", words=code, name=one.name)
    others = [each for each in one.codes if each != code]
    at = max(0, min(place - 1, len(others)))
    return _with_codes(one, [*others[:at], code, *others[at:]])


def moved(lists: Sequence[Watchlist], one: Watchlist, place: int) -> States:
    """With the list itself moved to a place among the others, counted from 1."""
    others = [each for each in lists if each.name != one.name]
    at = max(0, min(place - 1, len(others)))
    ordered = [*others[:at], one, *others[at:]]
    return {each.name: state_of(replace(each, position=number)) for number, each in enumerate(ordered)}


def offered(one: Watchlist, *, hidden: bool) -> States:
    """Offered to subscribers, or not any more."""
    return {one.name: state_of(replace(one, hidden=hidden))}


def deleted(one: Watchlist) -> States:
    """Gone; undo brings it back."""
    return {one.name: None}


def read_funds(profiles: Mapping[str, Profile], text: str) -> list[str]:
    """The funds of pasted words, codes or names or both, each once, in their order.

    Raises CannotError that names every word which is no fund, or may be several: then none is taken.
    """
    find = _finder(profiles)
    plain = unicodedata.normalize("NFKC", text).replace("\ufeff", "")
    words = [word for word in _BETWEEN.split(plain) if word]
    found = {word: find(word) for word in words}
    if not words:
        raise CannotError("admin-words-none")
    if unknown := [word for word, code in found.items() if code is None]:
        more = len(unknown) - _WORDS_NAMED
        named = " ".join(unknown[:_WORDS_NAMED]) + (f" … +{more}" if more > 0 else "")
        raise CannotError("admin-words-unknown", words=named, count=len(unknown))
    return list(dict.fromkeys(code for code in found.values() if code is not None))


def state_of(one: Watchlist) -> dict[str, Any]:
    """A list as it is stored and compared."""
    return {
        "title_zh": one.title_zh,
        "title_en": one.title_en,
        "codes": list(one.codes),
        "position": one.position,
        "hidden": one.hidden,
    }


def _finder(profiles: Mapping[str, Profile]) -> Callable[[str], str | None]:
    """Looks a word up among codes and names; None where there is no fund of it, or no single one."""
    names: dict[str, list[str]] = {}
    for one in profiles.values():
        names.setdefault(one.name.lower(), []).append(one.code)

    def find(word: str) -> str | None:
        if (found := _EXCHANGE.fullmatch(word)) is not None:
            return found[2] if found[2] in profiles else None
        said = word.lower()
        exact = names.get(said, [])
        fits = exact or [code for name, codes in names.items() if said in name for code in codes]
        return fits[0] if len(fits) == 1 else None

    return find


def _titled(one: Watchlist, zh: str, en: str) -> States:
    for title in (zh, en):
        if len(title) > TITLE_MAX:
            raise CannotError("admin-list-title", word=title, limit=TITLE_MAX)
    return {one.name: state_of(replace(one, title_zh=zh or one.title_zh, title_en=en or one.title_en))}


def _with_codes(one: Watchlist, codes: Iterable[str]) -> States:
    kept = tuple(codes)
    if len(kept) > FUNDS_MAX:
        raise CannotError("admin-list-long", limit=FUNDS_MAX)
    return {one.name: state_of(replace(one, codes=kept))}
