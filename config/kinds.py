"""The kinds of settings: bounds, and the words that say what a value must be."""

import re
from collections.abc import Sequence
from datetime import time
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationInfo
from pydantic_core import PydanticCustomError

from config.documents import is_there

REFUSED = "refused"
"""Type of the errors that bring their own reason; every other reads "must be" and the field's description."""

_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?")
_ROBOT = re.compile(r"[^=\s][^=]*=[A-Za-z0-9-]{6,}")
_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")


def refusal(reason: str, key: str = "") -> PydanticCustomError:
    """An error with a reason of its own, for the setting `key` where that is not the one being checked."""
    return PydanticCustomError(REFUSED, "{reason}", {"reason": reason, "key": key})


def whole(least: int, most: int) -> Any:
    """A field for a whole number."""
    return Field(strict=True, ge=least, le=most, description=f"a whole number from {least} to {most}")


def number(least: float, most: float) -> Any:
    """A field for a number."""
    return Field(strict=True, ge=least, le=most, allow_inf_nan=False, description=f"a number from {least} to {most}")


def flag() -> Any:
    """A field for a choice of two."""
    return Field(strict=True, description="true or false")


def text(description: str, *, hidden: bool = False, pattern: str | None = None) -> Any:
    """A field for anything that is written as text or a list; a hidden one is never quoted or shown."""
    return Field(description=description, repr=not hidden, pattern=pattern)


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach what listens on `host`."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _time_of_day(value: Any) -> time:
    if isinstance(value, time) and not (value.second or value.microsecond or value.tzinfo):
        return value
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError
    return time(int(found[1]), int(found[2]))


def _ascending(times: Sequence[time]) -> Sequence[time]:
    if not times:
        raise refusal("must name at least one time")
    if list(times) != sorted(set(times)):
        raise refusal("must name its times in ascending order, each once")
    return times


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def _host(value: str) -> str:
    bare = value.strip("[]")
    try:
        ip_address(bare)
    except ValueError:
        if not _HOST.fullmatch(value.lower()):
            raise
    return bare


def _admin(value: str) -> str:
    channel, _, chat = value.partition(":")
    if not channel.isalpha() or not chat.strip():
        raise ValueError
    return value


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
        raise ValueError
    return value


def _token(value: SecretStr) -> SecretStr:
    bare = value.get_secret_value().strip()
    if bare and not _TOKEN.fullmatch(bare):
        raise ValueError
    return SecretStr(bare)


def _robot(value: SecretStr) -> SecretStr:
    bare = value.get_secret_value().strip()
    if not _ROBOT.fullmatch(bare):
        raise ValueError
    return SecretStr(bare)


def _path(value: Any, info: ValidationInfo) -> Path | None:
    match value:
        case "":
            return None
        case str():
            return Path((info.context or {}).get("directory", "")) / value
        case _:
            raise ValueError


def _place(value: Any, info: ValidationInfo) -> Path:
    path = _path(value, info)
    if path is None:
        raise ValueError
    return path


def _folder(path: Path | None) -> Path | None:
    if path is not None and not is_there(path, Path.is_dir):
        raise refusal(f"names a folder that does not exist: {str(path)!r}")
    return path


def _file(path: Path | None) -> Path | None:
    if path is not None and not is_there(path, Path.is_file):
        raise refusal(f"names a file that does not exist: {str(path)!r}")
    return path


TimeOfDay: TypeAlias = Annotated[time, BeforeValidator(_time_of_day)]
"""Written as "16:20"."""
Times: TypeAlias = Annotated[tuple[TimeOfDay, ...], AfterValidator(_ascending)]
Host: TypeAlias = Annotated[str, AfterValidator(_host)]
"""A host name or an address; brackets around an IPv6 address are taken off."""
Admin: TypeAlias = Annotated[str, AfterValidator(_admin)]
"""A chat as ``channel:chat``."""
Url: TypeAlias = Annotated[str, AfterValidator(_url)]
UrlOrNone: TypeAlias = Annotated[str, AfterValidator(lambda value: _url(value) if value else value)]
"""Empty = none."""
Token: TypeAlias = Annotated[SecretStr, AfterValidator(_token)]
Robot: TypeAlias = Annotated[SecretStr, AfterValidator(_robot)]
"""A group robot of 企业微信 as ``NAME=KEY``."""
Folder: TypeAlias = Annotated[Path | None, BeforeValidator(_path), AfterValidator(_folder)]
"""Relative to the directory that settings are loaded for; empty = none."""
Place: TypeAlias = Annotated[Path, BeforeValidator(_place)]
"""A folder that is made when it is needed, relative to the directory that settings are loaded for."""
File: TypeAlias = Annotated[Path | None, BeforeValidator(_path), AfterValidator(_file)]
LOWER = BeforeValidator(_lower)
"""For choices whose upper-case spelling is as clear."""
