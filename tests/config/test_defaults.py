"""The packaged defaults: complete, commented, and the same as the detectors' own."""

import re
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import config
from config.settings import Settings, load_settings
from config.shape import Shape
from signals import load_detectors
from signals.core.detector import Detector

DEFAULTS = (Path(config.__file__).parent / "defaults.toml").read_text("utf-8")


def _defaults(detector: type[Detector]) -> dict[str, Any]:
    assert all(one.default is not MISSING for one in fields(detector))
    return {one.name: one.default for one in fields(detector)}


def test_every_shipped_detector_has_its_table_with_every_parameter_and_no_other() -> None:
    tables = tomllib.loads(DEFAULTS)["detectors"]
    assert tables == {name: _defaults(one) for name, one in load_detectors().items()}


def test_parameters_are_written_in_the_kind_that_they_have() -> None:
    tables = tomllib.loads(DEFAULTS)["detectors"]
    for name, detector in load_detectors().items():
        for parameter, default in _defaults(detector).items():
            written = tables[name][parameter]
            assert isinstance(default, type(written)), f"{name}.{parameter}"
            assert isinstance(written, float) is isinstance(default, float), f"{name}.{parameter}"


def test_every_setting_has_a_default_and_every_default_is_a_setting() -> None:
    tables = tomllib.loads(DEFAULTS)
    written = {(name,) for name, one in tables.items() if not isinstance(one, dict)} | {
        (name, key) for name, one in tables.items() if isinstance(one, dict) and name != "detectors" for key in one
    }
    assert written == set(Shape.of(Settings).settings)


def test_every_line_with_a_value_carries_a_comment() -> None:
    lines = DEFAULTS.splitlines()
    bare = [
        line
        for above, line in zip(["", *lines], lines, strict=False)
        if re.match(r"\w+ = ", line) and "#" not in line and not above.startswith("#")
    ]
    assert bare == []


def test_every_setting_says_what_it_must_be() -> None:
    shape = Shape.of(Settings)
    assert all(one.description or "one of" in shape.expected(key) for key, one in shape.settings.items())


def test_defaults_load_in_an_empty_folder(tmp_path: Path) -> None:
    assert load_settings({}, tmp_path).where("web.port") == "defaults.toml"
