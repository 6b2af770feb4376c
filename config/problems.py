"""What is wrong with a configuration, in sentences that a human can act on."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

SHOWN_CHARACTERS_MAX = 60
_LARGE = 10**20
_SECRET = re.compile(r"[0-9]{5,}:[A-Za-z0-9_-]{20,}|://[^/\s]*:[^/\s]*@", re.ASCII)
"""A bot's token, an address with a password: somebody has put it into the wrong place."""
_KINDS: Mapping[type, str] = {dict: "a table", list: "a list", tuple: "a list"}


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake.

    `where` it stands: the name of a file or of an environment variable, or the command line; `key` is empty
    where the whole is meant; `reason` ends the sentence that the key begins, and quotes no secret.
    """

    where: str
    key: str
    reason: str

    def __str__(self) -> str:
        sentence = f"{self.key} {self.reason}" if self.key else self.reason
        return _one_line(f"{self.where}: {sentence}")


class ConfigError(Exception):
    """The configuration cannot be used; holds every mistake that was found. Its text has one line for each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant; empty when none is near."""
    return next(iter(get_close_matches(word, sorted(known), n=1)), "")


def unknown(word: str, known: Iterable[str], what: str) -> str:
    """The reason that a word is none of the known ones, with what was probably meant."""
    near = nearest(word, known)
    return f"is not {what}" + (f"; did you mean {near}?" if near else "")


def shown(value: Any) -> str:
    """A value as it is quoted in a reason: short, on one line."""
    match value:
        case bool():
            return str(value).lower()
        case str() if _SECRET.search(value):
            return "what looks like a secret"
        case str():
            return repr(value if len(value) <= SHOWN_CHARACTERS_MAX else f"{value[:SHOWN_CHARACTERS_MAX]}…")
        case int() if abs(value) > _LARGE:
            return "a number so large"  # Python refuses to print the longest of them
        case int() | float():
            return str(value)
        case _:
            return _KINDS.get(type(value), f"a {type(value).__name__}")


def _one_line(text: str) -> str:
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)
