import re
from pathlib import Path

import aiohttp
import pytest

from bot.web import app
from tests.web.served import served

pytestmark = pytest.mark.anyio

STATIC = Path(app.__file__).parent / "static"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("", "zh-CN"), ("zh-TW,en", "zh-CN"), ("en-US,zh", "en"), ("fr,en;q=0.5", "en"), ("fr", "zh-CN")],
)
async def test_the_page_speaks_the_language_of_the_browser(
    http: aiohttp.ClientSession, accepted: str, language: str
) -> None:
    async with http.get("/", headers={"Accept-Language": accepted}) as answer:
        page = await answer.text()
    assert f'<html lang="{language}">' in page
    assert ("资金日报" in page, "Flow digest" in page) == (language != "en", language == "en")


async def test_demo_data_is_labelled(http: aiohttp.ClientSession) -> None:
    async with http.get("/") as answer:
        assert ">演示数据</p>" in await answer.text()


async def test_real_data_is_not_labelled_demo() -> None:
    async with served(settings={"demo": False}) as page, aiohttp.ClientSession() as http, http.get(page.url) as answer:
        assert "演示数据</p>" not in await answer.text()


async def test_health_is_told(http: aiohttp.ClientSession) -> None:
    async with http.get("/healthz") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "ok"})


async def test_every_script_and_style_comes_from_here(http: aiohttp.ClientSession) -> None:
    async with http.get("/") as answer:
        page = await answer.text()
    assert "http://" not in page
    assert "https://" not in page
    assert "<style" not in page
    assert " style=" not in page
    assert page.count("<script") == 2
    assert page.count('<script type="module" src="/static/') == page.count('<script src="/static/') == 1


async def test_every_module_that_a_script_asks_for_is_there(http: aiohttp.ClientSession) -> None:
    seen, waiting = set[str](), {"chat.js", "door.js", "theme.js"}
    while waiting:
        name = waiting.pop()
        async with http.get(f"/static/{name}") as answer:
            assert answer.status == 200, name
            seen.add(name)
            waiting |= set(re.findall(r'from "\./([\w.]+)"', await answer.text())) - seen
    assert seen == {one.name for one in STATIC.glob("*.js")}


@pytest.mark.parametrize("path", sorted(STATIC.iterdir()), ids=lambda path: path.name)
def test_a_file_is_short_enough_to_be_read(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 300


@pytest.mark.parametrize("name", ["chat.js", "theme.js", "message.css", "chat.css", "icon.svg"])
async def test_static_files_are_served_and_always_checked_for_newer_ones(
    http: aiohttp.ClientSession, name: str
) -> None:
    async with http.get(f"/static/{name}") as answer:
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-cache"
        etag = answer.headers["ETag"]
    async with http.get(f"/static/{name}", headers={"If-None-Match": etag}) as again:
        assert again.status == 304


async def test_files_outside_the_folder_are_not_served(http: aiohttp.ClientSession) -> None:
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/", "/templates/chat.html"):
        async with http.get(path) as answer:
            assert answer.status == 404, path
