"""Text that can be shown: on one line, in UTF-8, with nothing that moves a cursor or paints."""

import re

NOTHING = "…"
"""Shown for a message without a visible character."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def legible(text: str) -> str:
    """The text with what cannot be shown replaced; each character stays one character."""
    return _SURROGATE.sub("\ufffd", _CONTROL.sub(" ", text))


def visible(text: str) -> bool:
    """Whether there is anything to see in it."""
    return any(each.isprintable() and not each.isspace() for each in text)
