"""Pictures of the transcript: shown by the page, served by the page, nothing else is."""

from base64 import b64decode

import aiohttp
import pytest

from bot.messages.model import Heading, Message, Picture, paragraph
from bot.web.gallery import KEPT_FOR_GOOD, picture_name, pngs, with_links
from tests.channels.messages import PNG
from tests.web.served import Served

pytestmark = pytest.mark.anyio

DARK = PNG + b"dark"
SHOWN = Message(blocks=(Heading("研究", 1), Picture(PNG, "上涨比例", DARK), paragraph("历史统计")))


async def entry(http: aiohttp.ClientSession) -> dict[str, object]:
    async with http.get("/history") as answer:
        found = (await answer.json())["entries"][-1]
    return dict(found)


async def test_the_history_names_pictures_instead_of_carrying_them(page: Served, http: aiohttp.ClientSession) -> None:
    await page.push(SHOWN)
    found = await entry(http)
    _, picture, _ = found["body"]["blocks"]  # type: ignore[index]
    assert picture == {
        "src": f"/pictures/{found['id']}/{picture_name(PNG)}",
        "dark": f"/pictures/{found['id']}/{picture_name(DARK)}",
        "alt": "上涨比例",
        "width": 1,
        "height": 1,
    }


@pytest.mark.parametrize(("name", "png"), [("src", PNG), ("dark", DARK)])
async def test_a_picture_is_served_and_may_be_kept(
    page: Served, http: aiohttp.ClientSession, name: str, png: bytes
) -> None:
    await page.push(SHOWN)
    picture = (await entry(http))["body"]["blocks"][1]  # type: ignore[index]
    async with http.get(picture[name]) as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (200, "image/png", png)
        assert answer.headers["Cache-Control"] == KEPT_FOR_GOOD
        assert "img-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "place", ["/pictures/1/other.png", "/pictures/7/{name}", "/pictures/0/{name}", "/pictures/2/{name}"]
)
async def test_nothing_else_is_served_there(page: Served, http: aiohttp.ClientSession, place: str) -> None:
    await page.push(SHOWN)
    await page.push("nothing to see")
    async with http.get(place.format(name=picture_name(PNG))) as answer:
        assert answer.status == 404


async def test_an_entry_that_is_no_number_is_refused(http: aiohttp.ClientSession) -> None:
    async with http.get(f"/pictures/x/{picture_name(PNG)}") as answer:
        assert answer.status == 400


def test_a_picture_without_a_dark_one_names_none() -> None:
    body = {"blocks": [{"png": "iVBORw0KGgo=", "dark": "", "alt": "a"}], "buttons": [], "silent": False}
    assert with_links(body, 1)["blocks"][0]["dark"] == ""
    assert list(pngs(body)) == [b64decode("iVBORw0KGgo=")]


def test_another_content_has_another_name() -> None:
    assert picture_name(PNG) != picture_name(DARK)
