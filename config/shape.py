"""Which keys exist: the outline of the settings model, against which every word is held."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from inspect import isclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from config.layers import Key, Word, spelled
from config.problems import Problem, nearest, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The settings and the tables of a model, by key.

    A free table holds tables of whatever names and parameters; who owns those checks them.
    """

    settings: Mapping[Key, FieldInfo]
    tables: frozenset[Key]
    free: frozenset[Key]

    @classmethod
    def of(cls, model: type[BaseModel]) -> "Shape":
        """The outline of a model whose tables are models in turn, or dicts where they are free."""
        fields = dict(_fields(model, ()))
        tables = {key for key, one in fields.items() if _model(one.annotation)}
        free = {key for key, one in fields.items() if get_origin(one.annotation) is dict}
        settings = {key: one for key, one in fields.items() if key not in tables | free}
        return cls(settings=settings, tables=frozenset(tables | free), free=frozenset(free))

    def problem(self, word: Word) -> Problem | None:
        """What is wrong with the place of a word, whatever its value."""
        for depth in range(1, len(word.key) + 1):
            head = word.key[:depth]
            if self._is_setting(head):
                return None if head == word.key else _problem(word, head, f"must be {self.expected(head)}, not a table")
            if not self._is_table(head):
                return _problem(word, head, f"is not a setting{self._meant(word, head)}")
        if isinstance(word.value, Mapping) and not word.value:
            return None
        return _problem(word, word.key, f"is a table; set its keys one by one, for example {self._example(word)}")

    def setting(self, place: Key) -> Key:
        """The setting that a place is in: an element of a list is in the list's setting."""
        return next((place[:depth] for depth in range(len(place), 0, -1) if place[:depth] in self.settings), place)

    def expected(self, key: Key) -> str:
        """What a setting must be, to follow "must be"."""
        one = self.settings.get(key)
        if one is None:
            return "one value"
        if get_origin(one.annotation) is Literal:
            return "one of " + ", ".join(get_args(one.annotation))
        return str(one.description)

    def reason(self, key: Key, value: Any) -> str:
        """Why a setting cannot have a value; quotes it unless the setting is hidden."""
        one = self.settings.get(key)
        hidden = one is not None and not one.repr
        return f"must be {self.expected(key)}" + ("" if hidden else f", not {shown(value)}")

    def understood(self, word: Word) -> Any:
        """A word's value; where the layer has only text, read as the kind of its setting.

        Text that cannot be read so stays text: the check of the value names what it should have been.
        """
        one = self.settings.get(word.key)
        if one is None or not word.spoken or not isinstance(word.value, str):
            return word.value
        if get_origin(one.annotation) is tuple:
            return _elements(word.value)
        try:
            return _PLAIN[one.annotation].validate_python(word.value) if one.annotation in _PLAIN else word.value
        except ValidationError:
            return word.value

    def _is_setting(self, key: Key) -> bool:
        return key in self.settings or (key[:-2] in self.free)

    def _is_table(self, key: Key) -> bool:
        return key in self.tables or key[:-1] in self.free

    def _meant(self, word: Word, key: Key) -> str:
        known = {spelled(one): one for one in (*self.settings, *self.tables)}
        near = nearest(spelled(key), known)
        return f"; did you mean {word.spell(known[near])}?" if near else ""

    def _example(self, word: Word) -> str:
        table, *rest = word.key
        free = (table, *(rest or ["inflow_streak"]), "min_days")
        return word.spell(next((one for one in self.settings if one[: len(word.key)] == word.key), free))


_PLAIN: Mapping[Any, TypeAdapter[Any]] = {kind: TypeAdapter(kind) for kind in (bool, int, float)}


def _fields(model: type[BaseModel], key: Key) -> Iterator[tuple[Key, FieldInfo]]:
    for name, one in model.model_fields.items():
        yield (*key, name), one
        inside = _model(one.annotation)
        if inside is not None:
            yield from _fields(inside, (*key, name))


def _model(annotation: Any) -> type[BaseModel] | None:
    return annotation if isclass(annotation) and issubclass(annotation, BaseModel) else None


def _elements(text: str) -> Any:
    if not text.lstrip().startswith("["):
        return [one.strip() for one in text.split(",") if one.strip()]
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _problem(word: Word, key: Key, reason: str) -> Problem:
    return Problem(word.where, spelled(key), reason)
