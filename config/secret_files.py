"""Values of the environment that stand in files, as containers are handed secrets: ETFBOT_WEB__PASSWORD_FILE names one."""

from collections.abc import Mapping
from pathlib import Path

from config.documents import is_there, read_text
from config.layers import PREFIX
from config.problems import ConfigError, Problem

SUFFIX = "_FILE"
BYTES_MAX = 64 * 1024


def with_files(environment: Mapping[str, str], directory: Path) -> tuple[dict[str, str], list[Problem]]:
    """The environment with what such files hold, without the line ends behind it; and what is wrong with them."""
    named = {name: value for name, value in environment.items() if name.startswith(PREFIX) and name.endswith(SUFFIX)}
    told = {name: value for name, value in environment.items() if name not in named}
    problems = []
    for name, file in named.items():
        own = name.removesuffix(SUFFIX)
        if own in environment:
            problems.append(Problem(name, "", f"{own} is set, too: set one of them"))
            continue
        try:
            told[own] = _held(directory / file, name)
        except ConfigError as error:
            problems += error.problems
    return told, problems


def _held(path: Path, where: str) -> str:
    if is_there(path, lambda one: one.is_file() and one.stat().st_size > BYTES_MAX):
        raise ConfigError([Problem(where, "", "the file is too large for a value")])
    try:
        return read_text(path, where).rstrip("\r\n")
    except ValueError:  # no possible name
        raise ConfigError([Problem(where, "", "the file cannot be read")]) from None
