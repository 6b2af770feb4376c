"""Any configuration: the program runs, or ends with exit code 2 and a line for each mistake."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import strategies as st

from bot import cli
from config.layers import variable
from config.settings import Settings
from config.shape import Shape
from tests.fuzz.fuzzing import TEXTS, examples, fuzz, mostly

KEYS = sorted(Shape.of(Settings).settings)
SECRET = "770001:AAfake-0123456789_secret-part-of-it"
LITERALS = st.sampled_from(
    [
        "true", "7", "-1", "1e999", "nan", "[]", "{}", '"x"', '"0.0.0.0"', '"sqlite:///x.db"', '["telegram:1"]', '"18:30"',
        "2025-02-11", "9" * 400, '"' + "a" * 300 + '"', f'"{SECRET}"', "[[[]]]", "0x7fffffffffffffffff",
    ]
)  # fmt: skip
LINES = st.one_of(
    st.tuples(st.sampled_from(KEYS), LITERALS).map(lambda one: f"{'.'.join(one[0])} = {one[1]}"),
    TEXTS,
    st.sampled_from(["[web]", "[web", "[[owners]]", "[detectors.inflow_streak]\nmin_days = 0", "a.b.c.d = 1", "= 1"]),
)
FILES = mostly(
    st.lists(LINES, max_size=3).map(lambda one: "\n".join(one).encode("utf-8", "surrogatepass")), st.binary(max_size=80)
)
VALUES = st.one_of(
    st.sampled_from(["", "x", "-1", "[", "{}", '["telegram:1"]', "true", "0.0.0.0", "9" * 5000, SECRET, "/nowhere", "."]),  # noqa: S104
    TEXTS.filter(lambda one: "\0" not in one and one.isprintable()),
)  # fmt: skip
# What must not be touched: where the database is, and what would start a network or read a large folder.
NAMES = st.sampled_from(
    [variable(one) for one in KEYS if one != ("database",)] + ["ETFBOT_NOTHING", "ETFBOT_WEB", "ETFBOT_"]
)
ENVIRONMENTS = st.dictionaries(NAMES, VALUES, max_size=2)


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """The program sets up logging for the whole process; what comes after this test has its own."""
    root, levels = logging.getLogger(), logging.root.manager.loggerDict
    before, level = root.handlers[:], root.level
    known = {name: one.level for name, one in levels.items() if isinstance(one, logging.Logger)}
    yield
    structlog.reset_defaults()
    root.handlers[:] = before
    root.setLevel(level)
    for name, one in levels.items():
        if isinstance(one, logging.Logger):
            one.setLevel(known.get(name, logging.NOTSET))


@examples(40)
def test_the_program_runs_or_says_what_is_wrong(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["etfbot", "rules", "--database", f"sqlite:///{tmp_path}/a.db"])
    mistakes: list[int] = []

    def check(file: bytes, environment: dict[str, str]) -> None:
        (tmp_path / "etfbot.toml").write_bytes(file)
        with pytest.MonkeyPatch.context() as patched:
            for name in [one for one in os.environ if one.startswith("ETFBOT_")]:
                patched.delenv(name)
            for name, value in environment.items():
                patched.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                cli.main()
        said = capsys.readouterr()
        assert ended.value.code in {0, 1, 2}, said
        assert not any(word in said.out + said.err for word in ("Traceback", "defect", "pydantic", SECRET)), said
        if ended.value.code == 2:
            mistakes.append(1)
            lines = said.err.strip().split("\n")
            assert lines[0].startswith("etfbot: ")
            assert all(line.strip() and line.isprintable() for line in lines)

    fuzz(check, count, file=FILES, environment=ENVIRONMENTS)
    assert mistakes
