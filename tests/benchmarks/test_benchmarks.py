"""Benchmarks on a market that is small enough for a test: they compare like with like, and say what they found."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from benchmarks.__main__ import registry
from benchmarks.job import Bench, Job, Kind, Way
from benchmarks.picture import draw
from benchmarks.report import Machine, as_object, as_text
from benchmarks.stage import MARKET_DATA, Stage, made, panel

SMALL = Stage(sessions=320, funds=40, rules=60, subscriptions=300)


@pytest.fixture(autouse=True)
def _no_real_market(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(MARKET_DATA, raising=False)


def every_job() -> Iterator[Job]:
    for jobs in registry().values():
        yield from jobs(SMALL)


@pytest.mark.slow
def test_all_ways_of_a_job_say_the_same() -> None:
    compared = 0
    for job in every_job():
        rows = Bench(repeats=1).run(job)
        assert [(row.job, row.way, row.note) for row in rows if "DIFFERS" in row.note] == []
        compared += sum(way.compared and way.kind is Kind.OTHER for way in job.ways)
    assert compared > 5


def test_a_way_that_says_something_else_is_found_out() -> None:
    ways = [
        Way(name=name, run=lambda value=value: np.array([[value, np.nan]])) for name, value in (("a", 1.0), ("b", 1.1))
    ]
    first, second = Bench(repeats=1).run(Job(name="job", about="", ways=ways))
    assert "DIFFERS" not in first.note
    assert "DIFFERS" in second.note


def test_a_part_is_multiplied_and_its_row_says_so() -> None:
    ways = [Way(name="whole", run=lambda: 1.0), Way(name="part", run=lambda: 1.0, times=1000.0)]
    whole, part = Bench(repeats=3).run(Job(name="job", about="", ways=ways))
    assert whole.note == ""
    assert "extrapolated" in part.note


def test_the_made_up_market_is_the_same_every_time() -> None:
    one, other = made(50, 9), made(50, 9)
    np.testing.assert_array_equal(one.moves, other.moves)
    assert panel(50, 9).sessions == panel(50, 9).sessions


def test_a_tool_that_is_missing_is_said_once() -> None:
    said: list[str] = []
    stage = replace(SMALL, say=said.append)
    assert stage.optional("no_such_tool") is None
    assert stage.optional("no_such_tool") is None
    assert said == ["no_such_tool is not installed: its rows are skipped"]


def test_results_are_a_page_a_picture_and_json(tmp_path: Path) -> None:
    bench, jobs = Bench(repeats=1), list(registry()["peers"](SMALL))
    for job in jobs:
        bench.run(job)
    machine = Machine.here(SMALL)
    page = as_text(machine, jobs, bench.rows, 1, date(2025, 2, 11))
    assert all(job.name in page for job in jobs)
    assert "2025-02-11" in page
    rows = json.loads(json.dumps(as_object(machine, jobs, bench.rows)))["rows"]
    assert {row["way"] for row in rows} == {way.name for job in jobs for way in job.ways}
    draw(jobs, bench.rows, tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
