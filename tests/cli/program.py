"""The program as scripts meet it: a process in a folder of its own, its words, its complaints, its exit code."""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from bot.cli import main

_ROOT = Path(__file__).resolve().parents[2]
_NUMBERS = count(1)
_AT_ONCE = 2
"""Processes that run side by side."""

PATIENCE_SECONDS = 120
"""A command that has not ended by then never will."""

# A process that has read the program's modules is split for every command: importing them takes two seconds.
_WARM = multiprocessing.get_context("forkserver")
_WARM.set_forkserver_preload(["bot.cli"])


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line on stderr; there must be exactly one."""
        (line,) = self.err.splitlines()
        return line


@dataclass(frozen=True)
class Program:
    """`etfbot` in a folder."""

    folder: Path

    def run(self, *arguments: str, **environment: str) -> Said:
        """Run a command to its end, in a process of its own."""
        return self._begin(arguments, environment).end()

    def run_all(self, commands: Sequence[Sequence[str]], **environment: str) -> list[Said]:
        """Run several commands, two at a time.

        One thread starts and ends them: a start asks all running processes how they are, and an answer that
        another thread waits for is then lost to it.
        """
        running = [self._begin(one, environment) for one in commands[:_AT_ONCE]]
        said = []
        for following in [*commands[_AT_ONCE:], *[None] * len(running)]:
            said.append(running.pop(0).end())
            if following is not None:
                running.append(self._begin(following, environment))
        return said

    def _begin(self, arguments: Sequence[str], environment: Mapping[str, str]) -> "_Running":
        number = next(_NUMBERS)
        out, err = (self.folder / f".said-{number}-{kind}" for kind in ("out", "err"))
        process = _WARM.Process(
            target=_command, args=(arguments, self.folder, out, err, _environment(environment)), daemon=True
        )
        process.start()
        return _Running(arguments, process, out, err)

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """`python -m bot`, running; its words are in pipes."""
        return subprocess.Popen(  # noqa: S603 - our own program in our own interpreter
            [sys.executable, "-m", "bot", *arguments],
            cwd=self.folder,
            env=_environment(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def run_cold(self, *arguments: str, **environment: str) -> Said:
        """Run `python -m bot` to its end."""
        process = self.start(*arguments, **environment)
        try:
            out, err = process.communicate(timeout=PATIENCE_SECONDS)
        finally:
            process.kill()
        return Said(process.returncode, out, err)


@dataclass(frozen=True)
class _Running:
    """A command on its way, and the files that take its words."""

    arguments: Sequence[str]
    process: ForkServerProcess
    out: Path
    err: Path

    def end(self) -> Said:
        """Wait for the command's end."""
        self.process.join(PATIENCE_SECONDS)
        code = self.process.exitcode
        if code is None:
            self.process.kill()
            self.process.join()
        self.process.close()
        out, err = (one.read_text("utf-8") for one in (self.out, self.err))
        self.out.unlink()
        self.err.unlink()
        assert code is not None, f"no end: {self.arguments} {out} {err}"
        return Said(code, out, err)


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    """The variables of a command: nobody else's settings, and a terminal that does not fold lines."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ETFBOT_")}
    return {**inherited, "PYTHONPATH": str(_ROOT), "COLUMNS": "200", **own}


def _command(arguments: Sequence[str], folder: Path, out: Path, err: Path, environment: Mapping[str, str]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for path, number in ((out, 1), (err, 2)):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))
    sys.argv = ["etfbot", *arguments]
    main()
