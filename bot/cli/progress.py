"""A progress bar on stderr for work that takes more than a moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


class Bar:
    """One bar; parts of a step move it by fractions."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task
        self._steps = 0

    def at(self, what: str) -> None:
        """Say what is being done."""
        self._progress.update(self._task, description=what)

    def step(self) -> None:
        """One more step is behind us."""
        self.reached(self._steps + 1)

    def reached(self, steps: int) -> None:
        """So many steps are behind us."""
        self._steps = steps
        self._progress.update(self._task, completed=steps)

    def within(self, parts: int) -> Callable[[int], None]:
        """A function that hears how many parts of the present step are done."""
        base = self._steps
        return lambda done: self._progress.update(self._task, completed=base + done / max(1, parts))


@contextmanager
def bar(steps: int) -> Iterator[Bar]:
    """A bar of so many steps; it leaves no trace on the screen, and none at all where there is no screen."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield Bar(progress, progress.add_task("", total=steps))
