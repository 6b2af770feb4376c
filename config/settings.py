"""What a human sets before start: every key, its kind and its bounds. The values stand in `defaults.toml`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import (
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from config.documents import is_there, read_toml
from config.kinds import LOWER, REFUSED, Admin, File, Folder, refusal, text
from config.layers import (
    CONFIG_VARIABLE,
    Key,
    Word,
    spelled,
    words_of_command_line,
    words_of_environment,
    words_of_table,
)
from config.problems import ConfigError, Problem, shown
from config.secret_files import with_files
from config.shape import Shape
from config.tables import (
    Abuse,
    Akshare,
    Alerts,
    Archive,
    Backup,
    Digest,
    Health,
    Intraday,
    Keeping,
    Outbox,
    Rules,
    Study,
    Subscribers,
    Table,
    Telegram,
    Timetable,
    Upstreams,
    Web,
    Wecom,
)

DEFAULTS_FILE = "defaults.toml"
OWN_FILE = "etfbot.toml"
"""Read from the directory when ETFBOT_CONFIG names no other."""


def load_settings(
    environment: Mapping[str, str], directory: Path, overrides: Mapping[str, Any] = MappingProxyType({})
) -> "Settings":
    """The settings from the packaged defaults, then the file, then the environment, then `overrides`.

    A variable that ends in _FILE names a file that holds the value: containers are handed secrets so.

    Tables merge, values and lists replace. `overrides` come from the command line, by dotted key or in
    nested tables; None is skipped. Relative names of files and folders are of `directory`.
    Raises ConfigError with everything that is wrong in any of them.
    """
    environment, unread = with_files(environment, directory)
    own, problems = _own_words(environment, directory)
    problems += unread
    words = [*_packaged_words(), *own, *words_of_environment(environment), *words_of_command_line(overrides)]
    shape = Shape.of(Settings)
    held = [(word, shape.problem(word)) for word in words]
    problems += [problem for _, problem in held if problem]
    settings, wrong = _checked([word for word, problem in held if not problem], shape, directory)
    if settings is None or problems:
        raise ConfigError((*problems, *wrong))
    return settings


def bounds_of(key: str) -> tuple[int, int]:
    """The least and the most that a whole number of the settings may be, by its dotted key."""
    one = Shape.of(Settings).settings[tuple(key.split("."))]
    bounds = {name: getattr(each, name) for each in one.metadata for name in ("ge", "le") if hasattr(each, name)}
    return bounds["ge"], bounds["le"]


class Settings(Table):
    """Everything that was set, checked; see `load_settings`.

    `detectors` are the raw tables of ``[detectors.NAME]``: whoever knows the detectors checks them, and
    reports with `where`. What comes from the environment or the command line is text there.
    """

    database: str = text(
        "an address such as sqlite:///etfbot.db or postgresql://user:password@host/etfbot",
        hidden=True,
        pattern=r"^(sqlite|postgres(ql)?)(\+[a-z0-9]+)?://",
    )
    source: Literal["akshare", "archive", "demo"]
    plugins: Folder = text("the name of a folder, or empty")
    calendar: File = text("the name of a file, or empty")
    log_level: Annotated[Literal["debug", "info", "warning", "error"], LOWER]
    log_format: Literal["console", "json"]
    language: Literal["zh", "en"]
    owners: tuple[Admin, ...] = text('a list of chats such as ["telegram:123456789"]')
    admins: tuple[Admin, ...] = text('a list of chats such as ["telegram:123456789"]')
    archive: Archive
    web: Web
    health: Health
    telegram: Telegram
    wecom: Wecom
    akshare: Akshare
    upstreams: Upstreams
    intraday: Intraday
    timetable: Timetable
    alerts: Alerts
    digest: Digest
    study: Study
    rules: Rules
    subscribers: Subscribers
    abuse: Abuse
    outbox: Outbox
    backup: Backup
    keeping: Keeping
    detectors: dict[str, dict[str, Any]]

    _origins: Mapping[str, str] = PrivateAttr(default_factory=dict)

    def where(self, key: str) -> str:
        """Where a dotted key was set, to report a `Problem` with.

        Of a table it is where anything in it was set last; of a key that nobody set, where its table was.
        """
        for near in (key, key.rpartition(".")[0]):
            for one, where in self._origins.items():
                if near and (one == near or one.startswith(f"{near}.")):
                    return where
        return DEFAULTS_FILE

    @field_validator("archive")
    @classmethod
    def _named(cls, archive: Archive, info: ValidationInfo) -> Archive:
        if archive.folder is None and info.data.get("source") == "archive":
            raise refusal("is archive, so archive.folder must name the folder", "source")
        return archive

    def model_post_init(self, context: Any, /) -> None:
        """Take over where each key was set."""
        self._origins = (context or {}).get("origins", {})


def _packaged_words() -> Iterator[Word]:
    return words_of_table(read_toml(Path(__file__).with_name(DEFAULTS_FILE), DEFAULTS_FILE), DEFAULTS_FILE)


def _own_words(environment: Mapping[str, str], directory: Path) -> tuple[list[Word], list[Problem]]:
    """The words of the operator's file, or what keeps it from being read."""
    named = environment.get(CONFIG_VARIABLE, "")
    own, where = directory / (named or OWN_FILE), named or OWN_FILE
    if not is_there(own, Path.exists):
        missing = Problem(CONFIG_VARIABLE, "", f"it names a file that does not exist: {shown(named)}")
        return [], [missing] if named else []
    try:
        return [*words_of_table(read_toml(own, where), where)], []
    except ConfigError as error:
        return [], [*error.problems]


def _checked(words: list[Word], shape: Shape, directory: Path) -> tuple[Settings | None, list[Problem]]:
    """The settings, or why there are none."""
    origins = _origins(words)
    values = _nested({word.key: shape.understood(word) for word in words})
    try:
        return Settings.model_validate(values, context={"directory": directory, "origins": origins}), []
    except ValidationError as error:
        # Nothing of the library's error goes on: it holds the values, secrets among them.
        return None, [*_reasons(error, shape, origins)]


def _origins(words: list[Word]) -> dict[str, str]:
    """Where each key was set last, the newest first."""
    origins: dict[str, str] = {}
    for word in reversed(words):
        origins.setdefault(spelled(word.key), word.where)
    return origins


def _nested(values: Mapping[Key, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for (*tables, last), value in values.items():
        place = nested
        for table in tables:
            place = place.setdefault(table, {})
        if value == {}:
            place.setdefault(last, {})
        else:
            place[last] = value
    return nested


def _reasons(error: ValidationError, shape: Shape, origins: Mapping[str, str]) -> Iterator[Problem]:
    for one in error.errors(include_url=False):
        key = shape.setting(tuple(str(part) for part in one["loc"]))
        if one["type"] == REFUSED:
            name, reason = one["ctx"]["key"] or spelled(key), one["ctx"]["reason"]
        else:
            name, reason = spelled(key), shape.reason(key, one["input"])
        yield Problem(origins.get(name, DEFAULTS_FILE), name, reason)
