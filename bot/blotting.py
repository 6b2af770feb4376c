"""What this process knows of secrets, and how a text is said without them: as they are, encoded, in Base64, in pieces.

A secret seldom comes back as it was written. An address carries it percent-encoded, a header in Base64 behind a user
name, JSON, pages and tracebacks with their own escapes; so each is known in all of these forms.
"""

import html
import re
from base64 import b64encode
from collections.abc import Collection, Iterator
from urllib.parse import unquote, urlsplit

HIDDEN = "***"

LEAST_CHARACTERS = 6
"""Shorter values would blot out ordinary words; nothing that short is a secret worth the name."""

_SECRET_VARIABLE = re.compile(
    r"ETFBOT_\w*(TOKEN|PASSWORD|SECRET|ROBOTS|DATABASE|PROXY|BASE_URL)|\w*_PROXY", re.IGNORECASE
)


class Blot:
    """Replaces what it knows in any text."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        self._secrets = frozenset[str]()
        self._pattern: re.Pattern[str] | None = None
        self.learn(secrets)

    def learn(self, secrets: Collection[str]) -> None:
        """Know these secrets too, in every form."""
        self._secrets |= {one for one in secrets if len(one) >= LEAST_CHARACTERS}
        # The longest first: what is hidden of one must not leave the rest of it standing. In small letters, too: there
        # are libraries that write what a server says in their own way.
        longest_first = sorted(self._secrets, key=len, reverse=True)
        patterns = [pattern for one in longest_first for pattern in _patterns(one)]
        self._pattern = re.compile("|".join(patterns), re.IGNORECASE) if patterns else None

    def forget(self) -> None:
        """Know nothing any more."""
        self._secrets, self._pattern = frozenset(), None

    def hide(self, text: str) -> str:
        """The text without secrets."""
        return self._pattern.sub(HIDDEN, text) if self._pattern else text


KNOWN = Blot()
"""Learns where the settings are read; every text that leaves the process or is stored for an operator passes it."""


def hide(text: str) -> str:
    """The text without any secret that this process knows."""
    return KNOWN.hide(text)


def secrets_of_url(url: str) -> list[str]:
    """The password of an address, as it is written and as it is meant; and the whole user part before its ``@``."""
    try:
        parts = urlsplit(url)
        password = parts.password or ""
    except ValueError:
        # Nobody can say where the password of a broken address ends: all between // and the last @ is one.
        password, parts = url.rpartition("@")[0].partition("//")[2].partition(":")[2], None
    named = [word.partition("=")[2] for word in parts.query.split("&") if "password" in word.lower()] if parts else []
    return [one for each in (password, *named) if each for one in (each, unquote(each))]


def secrets_in(environment: Collection[tuple[str, str]]) -> list[str]:
    """What of the environment must never be seen, before it is known whether it makes settings."""
    values = [value for name, value in environment if _SECRET_VARIABLE.fullmatch(name)]
    urls = [value for value in values if "://" in value]
    return [*(one for one in values if one not in urls), *(each for one in urls for each in secrets_of_url(one))]


def _patterns(secret: str) -> Iterator[str]:
    yield "".join(map(_spellings, secret))
    packed = secret.encode("utf-8", "surrogatepass")
    yield packed.hex()
    for shift in range(3):
        form = re.escape(_base64(packed, shift))
        yield form.replace(r"\+", "[+-]").replace("/", "[/_]")


def _spellings(letter: str) -> str:
    """A letter as it is, percent-encoded, or with an escape of JSON, Python or HTML: each writer chooses its own."""
    packed, utf16 = letter.encode("utf-8", "surrogatepass"), letter.encode("utf-16-be", "surrogatepass")
    found = [
        re.escape(letter),
        "".join(f"%{one:02x}" for one in packed),
        "".join(rf"\\+x{one:02x}" for one in packed),
        "".join(rf"\\+u{utf16[at : at + 2].hex()}" for at in range(0, len(utf16), 2)),
        rf"&\#0*{ord(letter)};",
    ]
    if html.escape(letter) != letter:
        found.append(html.escape(letter))
    if letter == " ":
        found.append(r"\+")
    if not letter.isalnum():
        found.append(rf"\\+{re.escape(letter)}")
    # The escaped ones first: a backslash is also the beginning of its own escape.
    return f"(?:{'|'.join(reversed(found))})"


def _base64(secret: bytes, shift: int) -> str:
    """What stays the same of its Base64 whatever stands before it (`shift` bytes beyond a multiple of 3) and after it."""
    encoded = b64encode(bytes(shift) + secret).decode()
    return encoded[-(-shift * 8 // 6) : (shift + len(secret)) * 8 // 6]
