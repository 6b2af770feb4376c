"""Log lines: one form for ours and the libraries', one line each, and never a secret."""

import json
import logging
import sys
import threading
from collections.abc import Iterator

import pytest
import stamina
import structlog

from bot.blotting import HIDDEN, KNOWN
from bot.logs import configure

TOKEN = "123456:AAF-geheim_geheim"
PASSWORD = "correct horse"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """The loggers as they were."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {
        name: logging.getLogger(name).level for name in ("httpx", "telegram", "apscheduler", "asyncio", "aiosqlite")
    }
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    KNOWN.forget()
    root.handlers, root.level = handlers, level
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()


def said(capsys: pytest.CaptureFixture[str]) -> str:
    out, err = capsys.readouterr()
    assert out == ""
    return err


def fail(text: str) -> None:
    raise ConnectionError(text)


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_secret_reaches_no_line(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure("debug", form, [TOKEN, PASSWORD])  # type: ignore[arg-type]
    ours, theirs = structlog.get_logger("bot"), logging.getLogger("vendor.client")
    url = f"https://api.telegram.org/bot{TOKEN}/getMe"
    ours.info(f"asked {url}")
    ours.info("asked", url=url, headers={"password": PASSWORD}, all_=[url], raw=PASSWORD.encode())
    theirs.warning("asked %s", url)
    theirs.warning("asked %(url)s", {"url": url})
    theirs.warning("asked", extra={"url": url})
    try:
        fail(f"cannot reach {url}")
    except ConnectionError as error:
        ours.exception("failed", why=error)
        theirs.exception("failed: %s", error)
        theirs.exception(error)
    text = said(capsys)
    assert TOKEN not in text
    assert PASSWORD not in text
    assert text.count(HIDDEN) >= 10
    assert "ConnectionError" in text


def test_what_nobody_caught_is_logged_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    configure("info", "json", [TOKEN])

    class Dying:
        def __del__(self) -> None:
            fail(f"dying of {TOKEN}")

    thread = threading.Thread(target=fail, args=(f"in a thread: {TOKEN}",))
    thread.start()
    thread.join()
    Dying()
    try:
        fail(f"in main: {TOKEN}")
    except ConnectionError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    lines = [json.loads(line) for line in said(capsys).splitlines()]
    assert [one["event"] for one in lines] == ["uncaught in a thread", "could not be raised", "uncaught"]
    for line, words in zip(lines, ("in a thread", "dying of", "in main"), strict=True):
        assert words in line["exception"]
        assert HIDDEN in line["exception"]
        assert "geheim" not in line["exception"]


def test_a_library_that_logs_at_debug_is_not_let_speak(capsys: pytest.CaptureFixture[str]) -> None:
    configure("debug", "json", [])
    logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/botX/getMe")
    logging.getLogger("apscheduler.executors.default").info("Running job")
    assert said(capsys) == ""


def test_every_line_is_an_object_with_time_level_and_words(capsys: pytest.CaptureFixture[str]) -> None:
    configure("info", "json", [TOKEN])
    structlog.get_logger("bot").info("polled", day="2025-02-11", 信号=3)
    logging.getLogger("vendor.client").warning("slow answer\nof two lines")
    try:
        fail("x")
    except ConnectionError:
        structlog.get_logger("bot").exception("failed")
    lines = [json.loads(line) for line in said(capsys).splitlines()]
    assert [one["event"] for one in lines] == ["polled", "slow answer\nof two lines", "failed"]
    assert [one["level"] for one in lines] == ["info", "warning", "error"]
    assert all(one["timestamp"].endswith("Z") for one in lines)
    assert lines[0]["信号"] == 3
    assert "Traceback" in lines[2]["exception"]


@pytest.mark.parametrize("form", ["json", "console"])
def test_lines_of_libraries_carry_nothing_of_the_machinery(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure("info", form, [])  # type: ignore[arg-type]
    logging.getLogger("vendor.client").warning("slow answer")
    text = said(capsys)
    assert "slow answer" in text
    assert "LogRecord" not in text
    assert "_from_structlog" not in text


@pytest.mark.parametrize(("level", "heard"), [("debug", 3), ("info", 2), ("warning", 1), ("error", 0)])
def test_what_is_below_the_level_is_not_said(level: str, heard: int, capsys: pytest.CaptureFixture[str]) -> None:
    configure(level, "json", [])
    for logger in (structlog.get_logger("bot"), logging.getLogger("vendor.client")):
        logger.debug("a")
        logger.info("b")
        logger.warning("c")
    assert len(said(capsys).splitlines()) == 2 * heard


def test_what_is_too_short_to_be_a_secret_does_not_blot_out_words(capsys: pytest.CaptureFixture[str]) -> None:
    configure("info", "json", ["etf", ""])
    structlog.get_logger("bot").info("etf flows")
    assert json.loads(said(capsys))["event"] == "etf flows"


def test_a_value_without_secrets_stays_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    configure("info", "json", [TOKEN])
    structlog.get_logger("bot").info("polled", alerts=3, waiting=["a"], done=True, nothing=None)
    line = json.loads(said(capsys))
    assert (line["alerts"], line["waiting"], line["done"], line["nothing"]) == (3, ["a"], True, None)


def test_configuring_twice_says_everything_once(capsys: pytest.CaptureFixture[str]) -> None:
    configure("info", "json", [])
    configure("info", "json", [])
    logging.getLogger("vendor.client").warning("once")
    assert len(said(capsys).splitlines()) == 1


@pytest.mark.anyio
async def test_a_second_try_is_no_news(capsys: pytest.CaptureFixture[str]) -> None:
    configure("debug", "json", [])
    tries = []
    async for attempt in stamina.retry_context(on=ConnectionError, attempts=2, wait_initial=0, wait_jitter=0):
        with attempt:
            tries.append(attempt.num)
            if attempt.num == 1:
                fail("no line")
    assert tries == [1, 2]
    assert said(capsys) == ""
