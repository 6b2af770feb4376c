"""Pictures: sharp on a phone, the same every time, in a font that has every character, loaded only when drawn."""

import asyncio
import subprocess
import sys
import tomllib
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from PIL import Image

import bot
import config
import signals
from bot.messages.catalogue import catalogue
from bot.pictures.intervals import IntervalChart, Point
from bot.pictures.studio import Studio, drawn
from bot.pictures.study import study_chart
from bot.pictures.style import BOLD, DARK, DOTS_PER_INCH, LIGHT, REGULAR, WIDTH_INCHES, Theme
from bot.subscriptions import Language
from config.index_map import load_index_map
from config.lists import load_watchlists
from signals import load_detectors
from signals.core.vocabulary import FUND_QUANTITIES
from tests.bot.test_demo_source import known
from tests.bot.test_study_text import RATES, made

PACKAGES = [Path(str(one.__file__)).parent for one in (bot, signals, config)]
CERTAIN = replace(RATES, up_between=(0.01, 0.05))


def chart(language: Language = Language.ZH, *, demo: bool = False) -> IntervalChart:
    found = study_chart(made(rates=CERTAIN), "连续净流入", catalogue(language), demo=demo)
    assert found is not None
    return found


def image(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("RGB")


def colours(png: bytes) -> set[tuple[int, ...]]:
    found = image(png).getcolors(1 << 24)
    assert found is not None
    return {colour for _, colour in found}  # type: ignore[misc]


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def near(colour: str, png: bytes) -> bool:
    return any(max(abs(a - b) for a, b in zip(rgb(colour), one, strict=True)) <= 6 for one in colours(png))


@pytest.mark.parametrize("language", Language)
def test_a_picture_is_as_wide_as_a_phone_and_small_to_send(language: Language) -> None:
    picture = drawn(chart(language), "what is seen")
    assert picture.size[0] == round(WIDTH_INCHES * DOTS_PER_INCH) == 1080
    assert image(picture.png).size == image(picture.dark).size == picture.size
    assert max(len(picture.png), len(picture.dark)) < 200_000
    assert picture.alt == "what is seen"


@pytest.mark.parametrize(("theme", "name"), [(LIGHT, "png"), (DARK, "dark")])
def test_each_page_has_its_colours(theme: Theme, name: str) -> None:
    png = getattr(drawn(chart(), ""), name)
    assert image(png).getpixel((0, 0)) == pytest.approx(rgb(theme.ground), abs=3)
    assert near(theme.up, png), "rises that are hardly luck are red"
    assert not near(theme.down, png)


def test_what_may_be_luck_has_no_colour() -> None:
    even = study_chart(made(rates=replace(RATES, net_between=(-1e-3, 1e-3))), "x", catalogue(Language.ZH), demo=False)
    assert even is not None
    assert not any(point.certain for band in even.bands for point in band.points)
    png = drawn(even, "").png
    assert not near(LIGHT.up, png)
    assert not near(LIGHT.down, png)


def test_the_same_picture_is_the_same_file() -> None:
    assert drawn(chart(), "") == drawn(chart(), "")
    assert drawn(chart(), "") != drawn(chart(demo=True), "")


def test_nothing_is_drawn_of_too_few() -> None:
    assert study_chart(made(12, None), "x", catalogue(Language.ZH), demo=False) is None


def test_a_chart_shows_every_horizon_of_which_enough_is_known() -> None:
    up = chart().bands[1].points
    assert [one.label for one in up] == ["1日", "5日", "10日"]
    assert up[1] == Point(
        label="5日", value=0.542, base=0.518, low=0.01, high=0.05, value_text="54.2%", note="基准51.8%"
    )
    assert chart(demo=True).title == "连续净流入 〔演示数据〕"


def test_the_market_is_drawn_with_its_moves() -> None:
    market = study_chart(made(index="000985"), "x", catalogue(Language.ZH), demo=False)
    assert market is not None
    assert market.bands[0].heading == "平均涨跌幅"


def test_pictures_are_drawn_one_after_the_other() -> None:
    async def several() -> None:
        studio = Studio()
        first, second = await asyncio.gather(studio.picture(chart(), "a"), studio.picture(chart(), "b"))
        assert (first.png, first.alt, second.alt) == (second.png, "a", "b")

    asyncio.run(several())


def test_a_service_that_draws_nothing_does_not_load_what_draws() -> None:
    program = "import sys, bot.cli; print('matplotlib' in sys.modules, 'PIL' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)  # noqa: S603
    assert told.stdout.split() == ["False", "False"]


def test_pyplot_is_never_loaded() -> None:
    program = (
        "import sys, bot.pictures.draw_day; from bot.pictures.studio import drawn; from tests.bot.test_pictures import chart;"
        "drawn(chart(), ''); print('matplotlib.pyplot' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)  # noqa: S603
    assert told.stdout.strip() == "False"


@cache
def covered(path: Path) -> frozenset[int]:
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


def texts() -> str:
    """Every character of the catalogues, lists, settings and tables."""
    files = [path for folder in PACKAGES for path in folder.rglob("*") if path.suffix in {".ftl", ".toml", ".csv"}]
    return "".join(path.read_text("utf-8") for path in files)


@pytest.mark.parametrize("font", [REGULAR, BOLD], ids=["regular", "bold"])
def test_the_font_has_every_character_of_every_text(font: Path) -> None:
    missing = {one for one in texts() if one.isprintable() and ord(one) not in covered(font)}
    assert "".join(sorted(missing)) == ""


@pytest.mark.parametrize("font", [REGULAR, BOLD], ids=["regular", "bold"])
def test_the_font_has_every_name_of_the_demo_market_and_of_the_lists(font: Path) -> None:
    profiles = known("2025-02-11 18:21").profiles.values()
    names = [
        *(one.name + one.index_name for one in profiles),
        *(one.index_name for one in load_index_map()),
        *(one.title.zh + one.name for one in load_watchlists()),
        *(one.title.zh + one.sentence.zh + one.about.zh for one in load_detectors().values()),
        *(one.label.zh for one in FUND_QUANTITIES.values()),
    ]
    assert {one for one in "".join(names) if ord(one) not in covered(font)} == set()
    assert len(names) > 400


@pytest.mark.parametrize("font", [REGULAR, BOLD], ids=["regular", "bold"])
def test_the_font_is_small_and_has_a_name_and_a_licence_of_its_own(font: Path) -> None:
    assert font.stat().st_size < 1_600_000
    with TTFont(font, lazy=True) as opened:
        names = {record.nameID: record.toUnicode() for record in opened["name"].names}
    assert names[1] == names[4] == "ETFBot Sans SC"
    assert "Noto" not in names[1]
    licence = (font.parent / "OFL.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Copyright 2014-2021 Adobe" in licence
    project = tomllib.loads((PACKAGES[0].parent / "pyproject.toml").read_text("utf-8"))["project"]
    assert "bot/pictures/fonts/OFL.txt" in project["license-files"]
