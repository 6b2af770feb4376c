"""Take the pictures of the documents: `etfbot demo` in a real browser, spoken to, at the size of a phone and of a desktop.

    python -m tools.pictures [NAME]…     # docs/images/NAME.zh.webp and NAME.en.webp; all without a name

Needs Chromium and the development dependencies. Every picture shows 演示数据.
"""

import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).parents[1] / "docs" / "images"
BYTES_MAX = 150 * 1024
START_SECONDS = 180
WIDTH, DESKTOP = 390, (1180, 1080)
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LOCALES = {"zh": "zh-CN", "en": "en-US"}
_SCROLL = """what => {
    const one = what ? [...document.querySelectorAll(what)].at(-1) : [...document.querySelectorAll('#entries article')].at(-2);
    const scroller = document.getElementById('scroller');
    scroller.scrollTop += one.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 12;
}"""
_LAST_DELIVERED = {"zh": "早报", "en": "morning of"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture: what is done on the page before it is taken."""

    name: str
    zh: tuple[str, ...]
    """Lines that are said; the last one, or what it brought, stands on top of the picture."""
    en: tuple[str, ...]
    room: str = "me"
    press: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Buttons that are pressed after that, by language."""
    height: int = 844
    """Pixels of the page."""
    size: tuple[int, int] | None = None
    """Instead of a phone's width and `height`."""
    picture: bool = False
    """The answer's picture stands on top instead."""

    def lines(self, language: str) -> tuple[str, ...]:
        """What is said in a language."""
        return self.zh if language == "zh" else self.en


SHOTS = (
    Shot(name="start", room="wang", zh=("开始",), en=("start",), height=980),
    Shot(
        name="topics",
        room="wang",
        zh=("开始",),
        en=("start",),
        press={"zh": ("下一步",), "en": ("Next",)},
        height=560,
    ),
    Shot(name="fund", zh=("560850",), en=("560850",), height=860),
    Shot(name="digest", zh=("日报",), en=("digest",)),
    Shot(name="rank", zh=("排行 净流入 宽基",), en=("rank turnover",), height=640),
    Shot(name="compare", zh=("对比 560850 159590",), en=("compare 560850 159590",), height=800),
    Shot(name="theme", zh=("主题 DeepSeek",), en=("theme DeepSeek",), height=760),
    Shot(
        name="rule",
        zh=("规则 溢价率 > 0.5% 且 近5日净流入 > 0 on 全部",),
        en=("rule premium > 0.5% and flow over 5 sessions > 0 on all",),
        height=760,
    ),
    Shot(name="study", zh=("研究 连续净流入",), en=("study inflow_streak",)),
    Shot(name="why", zh=("为什么 560850",), en=("why 560850",), height=760),
    Shot(name="settings", zh=("设置",), en=("settings",), height=940),
    Shot(name="help", zh=("帮助",), en=("help",), height=940),
    Shot(name="admin", zh=("/admin",), en=("/admin",), height=620),
    Shot(
        name="threshold",
        zh=("/admin thresholds inflow_streak min_days 5",),
        en=("/admin thresholds inflow_streak min_days 5",),
        height=860,
    ),
    Shot(name="chart", zh=("560850",), en=("560850",), picture=True, height=760),
    Shot(name="desktop", zh=("研究 连续净流入", "560850"), en=("study inflow_streak", "560850"), size=DESKTOP),
)


@contextmanager
def demo(language: str) -> Iterator[str]:
    """The demo with a database of its own; yields its address once the page answers."""
    with socket.socket() as free, tempfile.TemporaryDirectory() as folder:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        settings = {"ETFBOT_WEB__PORT": str(port), "ETFBOT_LANGUAGE": language}
        path = os.pathsep.join((str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")))
        with subprocess.Popen(
            [sys.executable, "-m", "bot", "demo"],
            cwd=folder,
            env={**os.environ, **settings, "PYTHONPATH": path},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as running:
            try:
                url = f"http://127.0.0.1:{port}/"
                _until(lambda: _answers(url))
                yield url
            finally:
                running.terminate()


def _until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + START_SECONDS
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("the demo does not answer")
        time.sleep(0.5)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - an address of this computer
            return True
    except (urllib.error.URLError, OSError):
        return False


def take(browser: Browser, url: str, shot: Shot, language: str) -> bytes:
    """One picture as PNG, in a browser profile of its own."""
    wide, high = shot.size or (WIDTH, shot.height)
    context = browser.new_context(
        viewport={"width": wide, "height": high},
        locale=LOCALES[language],
        timezone_id="Asia/Shanghai",
        device_scale_factor=1.2 if shot.size else 2,
        reduced_motion="reduce",
    )
    context.add_init_script(f"localStorage.setItem('room', '{shot.room}'); localStorage.setItem('theme', 'light')")
    try:
        page = context.new_page()
        page.goto(url)
        page.locator("#entries[aria-busy=false]").wait_for(state="attached")
        if shot.room == "me":
            page.locator("#entries", has_text=_LAST_DELIVERED[language]).wait_for(timeout=START_SECONDS * 1000)
        for line in shot.lines(language):
            _say(page, line)
        for label in shot.press.get(language, ()):
            page.locator("article").last.get_by_role("button", name=label).first.click()
            _settled(page)
        page.evaluate(_SCROLL, "#entries picture" if shot.picture else "")
        page.evaluate("document.getElementById('pill').style.display = 'none'")
        page.locator(".demo").wait_for()
        page.wait_for_timeout(400)
        return page.screenshot()
    finally:
        context.close()


def _say(page: Page, line: str) -> None:
    there = page.locator("#entries article").count()
    page.locator("#input").fill(line)
    page.locator("#input").press("Enter")
    page.wait_for_function("count => document.querySelectorAll('#entries article').length >= count", arg=there + 2)
    _settled(page)


def _settled(page: Page) -> None:
    """Wait until nothing is being written and every picture is there."""
    page.locator("#typing").wait_for(state="hidden", timeout=60_000)
    page.wait_for_timeout(600)
    page.wait_for_function("() => [...document.images].every(one => one.loading === 'lazy' || one.complete)")


def small(png: bytes) -> bytes:
    """The picture as WebP of at most `BYTES_MAX`; raises ValueError where even a coarse one is larger."""
    with Image.open(io.BytesIO(png)) as picture:
        for quality in (88, 80, 70, 60, 45):
            made = io.BytesIO()
            picture.save(made, "WEBP", quality=quality, method=6)
            if made.tell() <= BYTES_MAX:
                return made.getvalue()
    raise ValueError("the picture is too large")


def main(wanted: set[str]) -> None:
    """Take all pictures, or those that are named."""
    program = next(filter(None, map(shutil.which, CHROMIUM_NAMES)))
    # Chromium refuses to run as root with its sandbox; the page is our own.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=arguments)
        for language in LOCALES:
            with demo(language) as url:
                for shot in (one for one in SHOTS if not wanted or one.name in wanted):
                    made = small(take(browser, url, shot, language))
                    (IMAGES / f"{shot.name}.{language}.webp").write_bytes(made)
                    sys.stdout.write(f"{shot.name}.{language}.webp: {len(made):,} bytes\n")
        browser.close()


if __name__ == "__main__":
    main(set(sys.argv[1:]))
