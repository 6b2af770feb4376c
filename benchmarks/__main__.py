"""`python -m benchmarks`: run them all, or those that are named."""

import argparse
import importlib
import json
import pkgutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import benchmarks
from benchmarks.job import Bench, Job
from benchmarks.picture import draw
from benchmarks.report import Machine, as_object, as_text
from benchmarks.stage import Stage
from bot.warming import warm_all

ROOT = Path(__file__).parents[1]
_SIZES = ("sessions", "funds", "rules", "subscriptions", "deliveries")


def registry() -> dict[str, Callable[[Stage], Iterator[Job]]]:
    """The `jobs` of every module that has them, by the module's name."""
    names = sorted(one.name for one in pkgutil.iter_modules(benchmarks.__path__) if not one.name.startswith("_"))
    modules = {name: importlib.import_module(f"benchmarks.{name}") for name in names}
    return {name: module.jobs for name, module in modules.items() if hasattr(module, "jobs")}


def main() -> None:
    """Run benchmarks and write what came of them."""
    found = registry()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(found)}; all by default")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every row as JSON")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md and its picture")
    for name in _SIZES:
        parser.add_argument(f"--{name}", type=int, default=getattr(Stage, name))
    parser.add_argument("--repeats", type=int, default=5)
    said = parser.parse_args()
    if unknown := set(said.names) - set(found):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(found)}")
    if why := warm_all():
        print(f"kernels are not compiled ({why}): ours are the plain ones", flush=True)
    stage = Stage(**{name: getattr(said, name) for name in _SIZES}, say=_say)
    bench, jobs = Bench(repeats=said.repeats, say=_say), list[Job]()
    for name in said.names or found:
        for job in found[name](stage):
            bench.run(job)
            jobs.append(job)
            # After each of them: whoever stops early keeps what is done.
            _keep(stage, jobs, bench, said.json, write=said.write)


def _keep(stage: Stage, jobs: list[Job], bench: Bench, file: Path | None, *, write: bool) -> None:
    machine = Machine.here(stage)
    if file is not None:
        file.write_text(
            json.dumps(as_object(machine, jobs, bench.rows), ensure_ascii=False, indent=1), encoding="utf-8"
        )
    if write:
        text = as_text(machine, jobs, bench.rows, bench.repeats, date.today())  # noqa: DTZ011 - the reader's own day
        (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")
        draw(jobs, bench.rows, ROOT / "docs" / "benchmarks.png")


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
