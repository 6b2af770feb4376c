"""A text as the language reads it: full-width signs narrow, letters small, one blank for many."""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Folded:
    """The folded text, and where each of its characters stood in the original."""

    text: str
    origin: tuple[int, ...]
    """One more than there are characters: the last is the end."""


def fold(text: str) -> Folded:
    """Fold character by character, so that every place of the result has one in the original."""
    folded: list[str] = []
    origin: list[int] = []
    for at, letter in enumerate(text):
        for one in unicodedata.normalize("NFKC", letter).lower():
            blank = one.isspace()
            if blank and (not folded or folded[-1] == " "):
                continue
            folded.append(" " if blank else one)
            origin.append(at)
    while folded and folded[-1] == " ":
        folded.pop()
        origin.pop()
    end = origin[-1] + 1 if origin else 0
    return Folded("".join(folded), (*origin, end))
