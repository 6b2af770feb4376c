"""`demo` and `run` as a person starts them: a page that answers, one process per database, an end on request."""

import json
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

from bot.web.sessions import TOKEN_HEADER
from tests.cli.program import PATIENCE_SECONDS, Program
from tests.web.served import free_port


class Page:
    """The chat page of a running service."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}"

    def said(self) -> list[str]:
        """What the bot said so far, oldest first."""
        return [json.dumps(one["body"], ensure_ascii=False) for one in self._get("/history")["entries"]]

    def ask(self, text: str) -> list[str]:
        """Say something and return everything that was said then."""
        self.say(text)
        return self.said()

    def say(self, text: str) -> None:
        """Say something as the page's script does; raises HTTPError where it is refused."""
        with urllib.request.urlopen(f"{self.url}/token", timeout=10) as answer:  # noqa: S310
            shown = {"Cookie": answer.headers["Set-Cookie"].partition(";")[0], TOKEN_HEADER: json.load(answer)["token"]}
        headers = {"Origin": self.url, "Content-Type": "application/json", **shown}
        body = json.dumps({"text": text}).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}/say", body, headers), timeout=30):  # noqa: S310
            pass

    def until(self, seen: Callable[[], bool]) -> None:
        """Wait for something to be seen while the service runs."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            try:
                if seen():
                    return
            except URLError:
                assert self.process.poll() is None, self.process.communicate()
            time.sleep(0.1)
        pytest.fail("what was waited for did not come")

    def healthy(self) -> bool:
        return bool(self._get("/healthz") == {"status": "ok"})

    def metrics(self) -> str:
        """What a Prometheus server is told."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=10) as answer:  # noqa: S310
            return str(answer.read().decode())

    def end(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Ask the service to stop; its exit code and its words."""
        self.process.send_signal(how)
        out, err = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, out, err

    def _get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.url}{path}", timeout=10) as answer:  # noqa: S310
            return json.load(answer)


@contextmanager
def serving(etfbot: Program, *command: str, port: int | None = None) -> Iterator[Page]:
    port = port or free_port()
    process = etfbot.start(*command, ETFBOT_WEB__PORT=str(port))
    try:
        yield Page(process, port)
    finally:
        process.kill()
        process.communicate()


def test_the_demo_tells_the_reference_day_on_the_page_and_answers(etfbot: Program) -> None:
    with serving(etfbot, "demo") as page:
        page.until(lambda: any("ETF资金早报 2025-02-12" in one for one in page.said()))
        said = "\n".join(page.said())
        for text in ("演示数据", "ETF资金日报 2025-02-11", "6连涨（按净值）后首次回调", "1572万元", "18360.06亿元"):
            assert text in said
        before = page.said()
        asked, answer = page.ask("查询 560850")[len(before) :]
        assert "查询 560850" in asked
        assert "信创50ETF" in answer
        assert 'etfbot_dataset_sessions_behind{dataset="etf_nav"} 0.0' in page.metrics()
        code, out, err = page.end()
    assert (code, "Traceback" in err) == (0, False)
    assert "ETF资金早报 2025-02-12" in out
    with serving(etfbot, "demo") as page:
        page.until(page.healthy)
        page.until(lambda: len(page.ask("状态")) >= len(before) + 4)
        assert page.said()[: len(before) + 2] == [*before, asked, answer]
        assert len(page.said()) == len(before) + 4, "the demo said something again"
        assert page.end(signal.SIGINT)[0] in (0, 130)


def test_two_processes_do_not_share_a_database(etfbot: Program, demo_url: str) -> None:
    with serving(etfbot, "run", "--source", "demo", "--database", demo_url) as page:
        page.until(page.healthy)
        for command in (
            ("run", "--source", "demo"),
            ("demo",),
            ("migrate",),
            ("replay", "--from", "2025-02-05", "--to", "2025-02-11"),
        ):
            said = etfbot.run(*command, "--database", demo_url, ETFBOT_WEB__PORT=str(free_port()))
            assert (said.code, said.out) == (1, "")
            assert f"in use by another process (id {page.process.pid})" in said.complaint
        assert etfbot.run("export", "--day", "2025-02-11", "--database", demo_url).code == 0
        assert "in use by another process" in etfbot.run("doctor", "--database", demo_url).out
        assert page.healthy()
        assert page.end()[0] == 0


def test_a_taken_port_is_named_and_nothing_is_left_running(etfbot: Program, demo_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = etfbot.run("run", "--source", "demo", "--database", demo_url, ETFBOT_WEB__PORT=str(port))
    assert said.code == 1
    assert f"port {port}" in said.err.splitlines()[-1]
    assert etfbot.run("migrate", "--database", demo_url).code == 0


def test_a_service_that_is_killed_starts_again_on_its_database(etfbot: Program, demo_url: str) -> None:
    copy = f"sqlite:///{shutil.copy(Path(demo_url.removeprefix('sqlite:///')), etfbot.folder / 'mine.db')}"
    for _ in range(2):
        with serving(etfbot, "run", "--source", "demo", "--database", copy) as page:
            page.until(page.healthy)
            page.process.kill()
            page.process.wait(PATIENCE_SECONDS)


def test_once_prints_both_notes_and_leaves_nothing_behind(etfbot: Program) -> None:
    said = etfbot.run_cold("demo", "--once")
    assert (said.code, said.err) == (0, "")
    assert said.out.index("ETF资金日报 2025-02-11") < said.out.index("数据截至 02-11 18:21")
    assert said.out.index("ETF资金早报 2025-02-12") < said.out.index("数据截至 02-12 09:20")
    assert list(etfbot.folder.iterdir()) == []


def test_the_version_is_the_packages(etfbot: Program) -> None:
    said = etfbot.run("--version")
    assert (said.code, said.out.split()[0]) == (0, "etfbot")
    assert said.out.split()[1] in (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")


def years_ahead(path: Path) -> str:
    """A calendar that reaches far beyond today, whenever that is: weekdays but for three weeks a year."""
    start, days = date(2027, 1, 4), (date.today().year + 1 - 2026) * 366  # noqa: DTZ011 - any zone's day will do
    closed = {(2, day) for day in range(1, 8)} | {(month, day) for month in (5, 10) for day in range(1, 8)}
    sessions = [day for day in (start + timedelta(days=one) for one in range(days)) if day.weekday() < 5]
    path.write_text("".join(f"{day}\n" for day in sessions if (day.month, day.day) not in closed), "utf-8")
    return str(path)


def test_the_doctor_finds_a_sound_set_up_and_names_what_is_not(etfbot: Program, demo_url: str) -> None:
    calendar = years_ahead(etfbot.folder / "sessions.csv")
    said = etfbot.run("doctor", "--database", demo_url, "--source", "demo", ETFBOT_CALENDAR=calendar)
    assert (said.code, said.err) == (0, "")
    for word in ("configuration", "database", "calendar", "detectors", "watchlists", "quotes up to 2025", "telegram"):
        assert word in said.out
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        gone = f"http://127.0.0.1:{nobody.getsockname()[1]}/bot"
    said = etfbot.run(
        "doctor",
        *("--database", demo_url),
        ETFBOT_CALENDAR=calendar,
        ETFBOT_TELEGRAM__TOKEN="123:geheim",
        ETFBOT_TELEGRAM__BASE_URL=gone,
    )
    assert said.code == 1
    assert "telegram.token" in said.out
    assert "geheim" not in said.out + said.err
    assert "1 thing to mend" in said.complaint
