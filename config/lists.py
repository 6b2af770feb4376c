"""Named lists of codes: the watchlists that a new database is seeded with, and the themes of stocks."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.documents import read_toml
from config.problems import ConfigError, Problem, shown, unknown
from signals.core.profile import exchange_of
from signals.core.text import Text

_WATCHLISTS = Path(__file__).with_name("watchlists.toml")
_THEMES = Path(__file__).with_name("themes.toml")
_STOCK = re.compile(r"(60|68|00|30|43|83|87|92)[0-9]{4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCodes:
    """Codes under a name; in the order in which they are shown."""

    name: str
    """The list's own name, and its Chinese title."""
    title: Text
    codes: tuple[str, ...]
    demo: bool = False
    """Only for the demo market."""


def load_watchlists(path: Path = _WATCHLISTS) -> tuple[NamedCodes, ...]:
    """Lists of ETF codes, in the order of the file; raises ConfigError with everything that is wrong in it."""
    return _load(path, _is_fund, "the code of an ETF")


def load_themes(path: Path = _THEMES) -> tuple[NamedCodes, ...]:
    """Lists of A-share codes, in the order of the file; raises ConfigError with everything that is wrong in it."""
    return _load(path, lambda code: _STOCK.fullmatch(code) is not None, "the code of an A-share")


def _is_fund(code: str) -> bool:
    try:
        exchange_of(code)
    except ValueError:
        return False
    return True


def _load(path: Path, fits: Callable[[str], bool], what: str) -> tuple[NamedCodes, ...]:
    tables = read_toml(path, path.name)
    problems = [
        Problem(path.name, key, reason)
        for name, table in tables.items()
        for key, reason in _wrong(name, table, fits, what)
    ]
    if problems:
        raise ConfigError(problems)
    return tuple(
        NamedCodes(
            name=name,
            title=Text(name, table["en"]),
            codes=tuple(table["codes"]),
            demo=table.get("demo", False),
        )
        for name, table in tables.items()
    )


def _wrong(name: str, table: Any, fits: Callable[[str], bool], what: str) -> Iterator[tuple[str, str]]:
    """Key and reason of everything that is wrong in one list."""
    if not isinstance(table, Mapping):
        yield name, 'is not a list; write it as a table with the keys "en" and "codes"'
        return
    known = {"en", "codes", "demo"}
    yield from ((f"{name}.{key}", unknown(key, known, "a key of a list")) for key in table if key not in known)
    if not isinstance(table.get("en"), str) or not table["en"].strip():
        yield f"{name}.en", "must be the English title"
    if not isinstance(table.get("demo", False), bool):
        yield f"{name}.demo", f"must be true or false, not {shown(table['demo'])}"
    codes = table.get("codes")
    if not isinstance(codes, list) or not codes:
        yield f"{name}.codes", "must be a list of codes, one at least"
        return
    for place, code in enumerate(codes):
        if not isinstance(code, str) or not fits(code):
            yield f"{name}.codes", f"holds {shown(code)}, which is not {what}"
        elif code in codes[:place]:
            yield f"{name}.codes", f"holds {code} twice"
