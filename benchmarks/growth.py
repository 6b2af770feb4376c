"""How the cost of a streak with its sum grows with funds and with sessions."""

from collections.abc import Iterator

from benchmarks.job import Job, Kind, Way
from benchmarks.stage import Matrices, Stage, made
from signals.core.runs import runs


def jobs(stage: Stage) -> Iterator[Job]:
    """Sizes around that of the stage; each doubling should double the time."""
    yield Job(
        name="growth of the streak with funds",
        about=f"{stage.sessions:,} sessions.",
        group="growth",
        ways=[
            _way(made(stage.sessions, funds), f"{funds:,} funds")
            for funds in (stage.funds // 4, stage.funds // 2, stage.funds, 2 * stage.funds)
        ],
    )
    yield Job(
        name="growth of the streak with sessions",
        about=f"{stage.funds:,} funds.",
        group="growth",
        ways=[
            _way(made(sessions, stage.funds), f"{sessions:,} sessions")
            for sessions in (stage.sessions // 4, stage.sessions // 2, stage.sessions)
        ],
    )


def _way(market: Matrices, name: str) -> Way:
    return Way(name=name, run=lambda: runs(market.moves).total, kind=Kind.OURS, compared=False)
