"""`etfbot bench` runs the benchmarks of its checkout and says so where there are none."""

import json
from pathlib import Path

import pytest

from bot.cli.benching import run_benchmarks
from bot.cli.options import RefusedError
from tests.cli.program import Program


@pytest.mark.slow
def test_it_runs_the_benchmarks_that_are_named(etfbot: Program) -> None:
    said = etfbot.run("bench", "peers", "--sessions", "30", "--funds", "12", "--repeats", "1", "--json", "rows.json")
    assert said.code == 0
    rows = json.loads((etfbot.folder / "rows.json").read_text(encoding="utf-8"))["rows"]
    assert {row["kind"] for row in rows} == {"ours", "limit", "other"}


def test_a_benchmark_that_is_none_is_refused(etfbot: Program) -> None:
    said = etfbot.run("bench", "moon")
    assert said.code != 0
    assert "moon" in said.err


@pytest.mark.anyio
async def test_outside_a_checkout_it_says_where_they_are(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="source repository"):
        await run_benchmarks(tmp_path, [], None)
