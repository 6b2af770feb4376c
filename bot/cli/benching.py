"""`etfbot bench`: the benchmarks of a checkout, which the installed program does not bring along."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import RefusedError

_CHECKOUT = Path(__file__).parents[2]

NamesArgument = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Which; all by default.")]
JsonOption = Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write every row as JSON.")]


async def bench(
    names: NamesArgument = None,
    *,
    json_file: JsonOption = None,
    sessions: Annotated[int, typer.Option(min=1, help="Sessions of the made-up market.")] = 5000,
    funds: Annotated[int, typer.Option(min=1, help="Funds of the made-up market.")] = 1400,
    repeats: Annotated[int, typer.Option(min=1, help="Runs of which the median counts.")] = 5,
) -> None:
    """Time kernels and detectors beside pandas, polars and vectorbt, as far as they are installed."""
    await run_benchmarks(_CHECKOUT, names or [], json_file, sessions=sessions, funds=funds, repeats=repeats)


async def run_benchmarks(checkout: Path, names: list[str], json_file: Path | None, **sizes: int) -> None:
    """Run them in a process of their own; raises RefusedError where there are none or they fail."""
    if not (checkout / "benchmarks" / "__main__.py").exists():
        raise RefusedError(
            "the benchmarks stand in the source repository and are not installed with etfbot; run this in a checkout"
        )
    arguments = [*names, *(f"--{name}={value}" for name, value in sizes.items())]
    if json_file is not None:
        arguments.append(f"--json={Path.cwd() / json_file}")
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "benchmarks", *arguments, cwd=checkout)
    if await process.wait():
        raise RefusedError("the benchmarks failed; what they said stands above")
