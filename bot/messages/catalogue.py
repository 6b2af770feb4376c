"""Every text of the product in both languages: Fluent files, and the sentences that detectors bring along."""

import csv
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource

from bot.subscriptions import Language
from signals.core.text import Text

VALUE_CHARS_MAX = 1000
"""The library refuses a text with a longer value in it, and people say longer words than that."""

_PLACEHOLDER = re.compile(r"\{\s*\$(\w+)\s*\}")
_LOCALES = Path(__file__).parent / "locales"
_TAGS = {Language.ZH: "zh-CN", Language.EN: "en"}


class Catalogue:
    """The texts of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._bundle = FluentBundle([_TAGS[language]], use_isolating=False)
        self._bundle.add_resource(FluentResource((_LOCALES / f"{language}.ftl").read_text(encoding="utf-8")))
        self._sentences: dict[str, str] = {}

    def __contains__(self, key: str) -> bool:
        return self._bundle.has_message(key)

    def text(self, key: str, **values: str | int) -> str:
        """A text by its key; raises KeyError when it is missing or lacks a value."""
        if key not in self:
            raise KeyError(f"no text {key!r} in {self.language}")
        return self._format(key, values)

    def of(self, text: Text) -> str:
        """A text that code brings along, without placeholders."""
        return text.zh if self.language is Language.ZH else text.en

    def index(self, key: str, name: str) -> str:
        """What an index is called here; `name`, which is Chinese, where this language has no name for it."""
        return _index_names(self.language).get(key, name)

    def sentence(self, text: Text, values: Mapping[str, str]) -> str:
        """A pattern that a detector brings along, filled in; raises KeyError when it is broken or lacks a value."""
        pattern = self.of(text)
        if pattern not in self._sentences:
            key = f"sentence-{len(self._sentences)}"
            self._bundle.add_resource(FluentResource(f"{key} = {pattern}"))
            if key not in self:
                raise KeyError(f"no pattern: {pattern!r}")
            self._sentences[pattern] = key
        try:
            return self._format(self._sentences[pattern], values)
        except KeyError as error:
            raise KeyError(f"{pattern!r}: {error.args[0]}") from None

    def fault(self, text: Text) -> str:
        """What is wrong with a pattern, whatever the values; empty when it can be read."""
        try:
            self.sentence(text, dict.fromkeys(placeholders(self.of(text)), "1"))
        except KeyError as error:
            return str(error.args[0])
        return ""

    def _format(self, key: str, values: Mapping[str, str | int]) -> str:
        pattern = self._bundle.get_message(key).value
        if pattern is None:
            raise KeyError(f"text {key!r} of {self.language} is empty")
        words, errors = self._bundle.format_pattern(pattern, {name: _short(one) for name, one in values.items()})
        if errors:
            raise KeyError(f"text {key!r} of {self.language}: {errors[0]}")
        return str(words)


def _short(value: str | int) -> str | int:
    if isinstance(value, int) or len(value) <= VALUE_CHARS_MAX:
        return value
    return value[: VALUE_CHARS_MAX - 1] + "…"


def placeholders(pattern: str) -> list[str]:
    """The names of the values that a pattern shows, in their order."""
    return _PLACEHOLDER.findall(pattern)


@cache
def _index_names(language: Language) -> Mapping[str, str]:
    """Names of indices by their keys; Chinese ones come with the funds."""
    file = _LOCALES / f"indices.{language}.csv"
    if not file.exists():
        return {}
    return {row["code"]: row["name"] for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines())}


@cache
def catalogue(language: Language) -> Catalogue:
    """The texts of a language, read once."""
    return Catalogue(language)
