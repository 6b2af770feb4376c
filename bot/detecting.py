"""The detectors as the settings want them; a mistake in their tables is named with its place."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.messages.catalogue import catalogue
from bot.subscriptions import Language
from config.problems import ConfigError, Problem, unknown
from config.settings import Settings
from signals import load_detectors
from signals.core.detector import Detector


def detectors_of(settings: Settings) -> dict[str, Detector]:
    """Every detector with its thresholds, by name; raises ConfigError with all that is wrong in their tables."""
    try:
        classes = load_detectors(settings.plugins)
    except Exception as error:  # a plug-in file may raise anything at all
        raise ConfigError([Problem(settings.where("plugins"), "plugins", f"cannot be loaded: {error}")]) from error
    problems = [*_unknown_detectors(settings, classes), *_unreadable(settings, classes)]
    made: dict[str, Detector] = {}
    for name, one in classes.items():
        try:
            made[name] = _detector(one, settings.detectors.get(name, {}))
        except ValidationError as error:
            problems += _wrong(settings, name, error)
    if problems:
        raise ConfigError(problems)
    return made


def _detector(one: type[Detector], table: Mapping[str, Any]) -> Detector:
    known = {each.name for each in fields(one)}
    return TypeAdapter(one).validate_python({key: value for key, value in table.items() if key in known})


def _unknown_detectors(settings: Settings, classes: Mapping[str, type[Detector]]) -> Iterable[Problem]:
    for name, table in settings.detectors.items():
        key = f"detectors.{name}"
        if name not in classes:
            yield Problem(settings.where(key), key, unknown(name, classes, "a detector"))
            continue
        known = {each.name for each in fields(classes[name])}
        for parameter in table.keys() - known:
            place = f"{key}.{parameter}"
            yield Problem(settings.where(place), place, unknown(parameter, known, f"a parameter of {name}"))


def _unreadable(settings: Settings, classes: Mapping[str, type[Detector]]) -> Iterable[Problem]:
    for name, one in classes.items():
        for language in Language:
            if fault := catalogue(language).fault(one.sentence):
                yield Problem(
                    settings.where("plugins"), "plugins", f"{name} has a sentence that cannot be read: {fault}"
                )


def _wrong(settings: Settings, name: str, error: ValidationError) -> Iterable[Problem]:
    for one in error.errors(include_url=False, include_context=False):
        key = f"detectors.{name}.{'.'.join(map(str, one['loc']))}"
        yield Problem(settings.where(key), key, f"is wrong: {one['msg']}, not {one['input']!r}")
