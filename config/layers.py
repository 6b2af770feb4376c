"""Where settings come from: tables of a file, the environment, the command line; each as single words."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Key: TypeAlias = tuple[str, ...]

PREFIX = "ETFBOT_"
CONFIG_VARIABLE = "ETFBOT_CONFIG"
"""Names the settings file; no setting itself."""
COMMAND_LINE = "command line"

DEEPEST = 3
"""Tables and keys that a setting's name has at most: detectors.NAME.PARAMETER."""

_NO_SETTINGS = frozenset({CONFIG_VARIABLE, "ETFBOT_MARKET_DATA"})
_BARE = re.compile(r"[\w-]+")


def spelled(key: Key) -> str:
    """A key as files and the command line write it."""
    return ".".join(part if _BARE.fullmatch(part) else f'"{part}"' for part in key)


def variable(key: Key) -> str:
    """A key as the environment writes it."""
    return PREFIX + "__".join(key).upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One value that somebody set, and where it stands."""

    key: Key
    value: Any
    where: str
    spoken: bool = False
    """Texts still have to be understood as the setting's kind: this layer has nothing but text."""
    spell: Callable[[Key], str] = spelled
    """How the same layer would write another key."""


def words_of_table(table: Mapping[str, Any], where: str, key: Key = ()) -> Iterator[Word]:
    """Every value of nested tables, and the tables that are empty."""
    for name, value in table.items():
        own = (*key, str(name))
        if isinstance(value, Mapping) and value and len(own) < DEEPEST:
            yield from words_of_table(value, where, own)
        else:
            yield Word(key=own, value=value, where=where)


def words_of_environment(environment: Mapping[str, str]) -> Iterator[Word]:
    """Every variable that begins with `PREFIX`: ETFBOT_WEB__PORT is web.port."""
    for name, value in environment.items():
        if name.startswith(PREFIX) and name not in _NO_SETTINGS:
            key = tuple(name.removeprefix(PREFIX).lower().split("__"))
            yield Word(key=key, value=value, where=name, spoken=True, spell=variable)


def words_of_command_line(overrides: Mapping[str, Any]) -> Iterator[Word]:
    """Values by dotted key or in nested tables; None stands for an option that was not given."""
    for name, value in overrides.items():
        key = tuple(str(name).split("."))
        given = words_of_table(value, COMMAND_LINE, key) if isinstance(value, Mapping) else [_said(key, value)]
        yield from (_said(word.key, word.value) for word in given if word.value is not None)


def _said(key: Key, value: Any) -> Word:
    return Word(key=key, value=value, where=COMMAND_LINE, spoken=True)
