"""Files as text and as TOML; whatever is wrong with one is a `ConfigError` that names it."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from config.problems import ConfigError, Problem


def is_there(path: Path, test: Callable[[Path], bool]) -> bool:
    """A test such as `Path.is_dir`; what cannot even be looked at (no right to, no possible name) is not there."""
    try:
        return test(path)
    except (OSError, ValueError):
        return False


def read_text(path: Path, where: str) -> str:
    """A UTF-8 file, with or without a byte order mark; raises ConfigError that calls it `where`."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        reason = "the file does not exist"
    except UnicodeDecodeError as error:
        reason = f"the file is not UTF-8 text (byte {error.start})"
    except OSError as error:
        reason = f"the file cannot be read: {error.strerror}"
    raise ConfigError([Problem(where, "", reason)])


def read_toml(path: Path, where: str) -> dict[str, Any]:
    """The tables of a TOML file; raises ConfigError that calls it `where` and names the line."""
    text = read_text(path, where)
    try:
        return tomllib.loads(text)
    except RecursionError:
        reason = "it is nested too deep"
    except ValueError as error:
        # Besides its own error the parser lets pass what int() says of endless digits; both are ValueErrors.
        end = f"at line {len(text.splitlines())}, the end of the file"
        reason = str(error).replace("at end of document", end)
    raise ConfigError([Problem(where, "", f"this is not TOML: {reason}")])
