"""Whatever is written into the configuration: settings, or a `ConfigError` that can be printed."""

import contextlib
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.index_map import load_index_map
from config.layers import variable
from config.lists import load_themes, load_watchlists
from config.problems import ConfigError, Problem
from config.sessions import load_calendar
from config.settings import Settings, load_settings
from config.shape import Shape

EXAMPLES = settings(deadline=None, max_examples=150, derandomize=True, database=None)

_FREE = ("detectors", "inflow_streak", "min_days")
_KEYS = [*sorted(Shape.of(Settings).settings), _FREE, ("detectors", "x"), ("web",)]
_NAMES = st.one_of(st.sampled_from([variable(key) for key in _KEYS]), st.text(max_size=12).map("ETFBOT_{}".format))
_TEXTS = st.one_of(
    st.text(st.characters(), max_size=30),
    st.sampled_from(["[" * 9999, "9" * 5000, "[null]", "{}", "1e999", "-0", "a" * 300, "00:60", "http://[", "//:0"]),
)
_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9), st.just(10**25)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)
_TOML = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(st.sampled_from([*"=[]{}.,\n'\"#", "web", "port", "9", "-07:99", "1979-05-27", "0xff", "nan", "\\u"])).map(
        lambda words: " ".join(words).encode()
    ),
    st.sampled_from([b"a = " + b"[" * 5000, b"a = " + b"9" * 5000, b"a = 2025-02-30", b"web.port = 0x" + b"f" * 5000]),
)


def _load(environment: dict[str, str], toml: bytes = b"", overrides: dict[str, Any] | None = None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "etfbot.toml").write_bytes(toml)
        told: tuple[Problem, ...] = ()
        try:
            load_settings(environment, Path(folder), overrides or {})
        except ConfigError as error:
            told = error.problems
    assert all(problem.where and problem.reason for problem in told)
    assert all(len(str(problem).splitlines()) == 1 for problem in told)
    assert str(ConfigError(told)).encode("utf-8") or not told


@EXAMPLES
@given(st.dictionaries(_NAMES, _TEXTS, max_size=4))
def test_no_environment_breaks_anything(environment: dict[str, str]) -> None:
    _load(environment)


@EXAMPLES
@given(_TOML)
def test_no_file_breaks_anything(toml: bytes) -> None:
    _load({}, toml)


@EXAMPLES
@given(st.dictionaries(st.sampled_from([".".join(key) for key in _KEYS]), _VALUES, max_size=3))
def test_no_command_line_breaks_anything(overrides: dict[str, Any]) -> None:
    _load({}, b"", overrides)


@EXAMPLES
@given(st.text(max_size=300))
def test_no_name_of_the_file_breaks_anything(name: str) -> None:
    _load({"ETFBOT_CONFIG": name})


@pytest.mark.parametrize("load", [load_calendar, load_index_map, load_watchlists, load_themes])
@EXAMPLES
@given(data=st.one_of(_TOML, st.text("0123456789-,.\n#AZ ", max_size=60).map(str.encode)))
def test_no_other_file_breaks_anything(load: Any, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "some.file"
        path.write_bytes(data)
        with contextlib.suppress(ConfigError):
            load(path)
