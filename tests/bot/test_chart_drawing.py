"""How charts are drawn: a phone's width, the reader's colours, words that stay on the sheet, and no figure left behind."""

import gc
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from PIL import Image

from bot.pictures import draw_day, draw_timeline
from bot.pictures.day import DayChart, day_chart
from bot.pictures.margin import margin_chart
from bot.pictures.style import DARK, LIGHT, Theme
from bot.pictures.timeline import Timeline
from bot.preferences import Colours
from bot.subscriptions import Language
from signals.core.panel import Panel
from tests.bot.charted import FUND, MORNING, charted, flowing, of_demo, teller
from tests.bot.test_demo_source import known
from tests.builders import Series, market

ZH, EN = Language.ZH, Language.EN
MARKUP = "$x^2$ <b> \\frac{"
LONG = "一个名字特别特别长的科创创业人工智能ETF增强策略"


def day(panel: Panel, language: Language = ZH, colours: Colours = Colours.RED_UP) -> DayChart:
    chart = day_chart(panel, teller(panel, language), colours)
    assert chart is not None
    return chart


def margin(language: Language = ZH) -> Timeline:
    panel = known(MORNING)
    chart = margin_chart(panel, teller(panel, language))
    assert chart is not None
    return chart


def young(**series: Series) -> Timeline:
    """A fund of as many sessions as its longest series."""
    days = max(len(one) for one in series.values() if isinstance(one, list))
    return charted(market(days=days).fund(FUND, **series).panel())


def named(name: str) -> Timeline:
    return charted(market(days=30).fund(FUND, words={"name": name}, close=1.0).panel())


ODD: dict[str, Callable[[], Timeline]] = {
    "one session": lambda: young(close=[1.43]),
    "two sessions": lambda: charted(flowing(1).panel()),
    "flat": lambda: charted(flowing(0, 0, 0, 0).panel()),
    "closes alone, with gaps": lambda: young(close=[1, None, 1.1, None, 1, 1, None, 1, 2]),
    "flows without a price": lambda: young(shares=[1e8, 2e8, 3e8, 4e8], nav=1.0),
    "holes": lambda: charted(flowing(5, None, -3, None, None, 2, 8).panel()),
    "all flows out": lambda: charted(flowing(*[-5] * 30).panel()),
    "large": lambda: young(close=134.8, shares=[1e11, 2e11, 1e11, 3e11, 2e11], nav=134.0),
    "a long name": lambda: named(LONG),
    "markup": lambda: named(MARKUP),
}
"""Charts that a careless drawing stumbles over."""

CHARTS: dict[str, Callable[[], Timeline | DayChart]] = {
    "fund": of_demo,
    "fund in English": lambda: of_demo("513100", EN),
    "young": lambda: of_demo("588940"),
    "money": lambda: of_demo("511880"),
    "margin": margin,
    "margin in English": lambda: margin(EN),
    "day": lambda: day(known(MORNING)),
    "day in English": lambda: day(known(MORNING), EN),
    **ODD,
}


def composed(chart: Timeline | DayChart, theme: Theme = LIGHT) -> Figure:
    return draw_day.compose(chart, theme) if isinstance(chart, DayChart) else draw_timeline.compose(chart, theme)


def words(figure: Figure) -> list[Text]:
    return [one for one in figure.findobj(Text) if one.get_text() and one.get_visible()]


def spilled(figure: Figure) -> list[str]:
    """Words that do not stand on the sheet whole."""
    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    canvas.draw()
    sheet = figure.bbox
    found = []
    for one in words(figure):
        box = one.get_window_extent(canvas.get_renderer())
        on_axis = one.axes is not None and any(one is label for label in hidden(one.axes))
        if not on_axis and (box.x0 < 0 or box.x1 > sheet.x1 or box.y0 < 0 or box.y1 > sheet.y1):
            found.append(one.get_text())
    return found


def hidden(axes: Axes) -> list[Text]:
    """Labels of ticks outside the range, which are never drawn."""
    low, high = axes.get_ylim()
    return [one.label1 for one in axes.yaxis.get_major_ticks() if not low <= one.get_loc() <= high]


def overlaps(figure: Figure) -> list[tuple[str, str]]:
    """Words of the head, the panes' heads and the foot that stand on each other."""
    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    boxes = [(one.get_text(), one.get_window_extent(canvas.get_renderer())) for one in figure.texts]
    return [
        (one, other)
        for number, (one, box) in enumerate(boxes)
        for other, its in boxes[number + 1 :]
        if box.x0 < its.x1 - 1 and its.x0 < box.x1 - 1 and box.y0 < its.y1 - 6 and its.y0 < box.y1 - 6
    ]


def flow_colours(axes: Axes) -> dict[bool, set[str]]:
    """Colours of the bars above zero and below."""
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for bar in axes.patches:
        if isinstance(bar, Rectangle) and bar.get_y() == 0 and abs(bar.get_height()) > 1:
            found[bar.get_height() > 0].add(to_hex(bar.get_facecolor()))
    return found


@pytest.mark.parametrize("name", CHARTS)
def test_every_word_stands_on_the_sheet_and_on_no_other(name: str) -> None:
    figure = composed(CHARTS[name]())
    assert spilled(figure) == []
    assert overlaps(figure) == []


@pytest.mark.parametrize("name", ["fund", "day", "one session"])
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_a_picture_is_a_png_of_a_phones_width_in_the_pages_colours(name: str, theme: Theme) -> None:
    chart = CHARTS[name]()
    png = draw_day.draw(chart, theme) if isinstance(chart, DayChart) else draw_timeline.draw(chart, theme)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    picture = Image.open(BytesIO(png)).convert("RGB")
    assert picture.width == 1080
    assert 500 < picture.height < 1800
    assert len(png) < 200_000
    ground = bytes.fromhex(theme.ground.removeprefix("#"))
    assert picture.getpixel((2, 2)) == pytest.approx(tuple(ground), abs=4)


@pytest.mark.parametrize(
    ("colours", "rise", "fall"), [(Colours.RED_UP, "up", "down"), (Colours.GREEN_UP, "down", "up")]
)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_money_in_has_the_colour_of_a_rise(colours: Colours, rise: str, fall: str, theme: Theme) -> None:
    figure = draw_timeline.compose(of_demo(colours=colours), theme)
    assert flow_colours(figure.axes[1]) == {True: {getattr(theme, rise)}, False: {getattr(theme, fall)}}


def test_bars_of_classes_have_the_same_colours() -> None:
    for colours, rise, fall in ((Colours.RED_UP, LIGHT.up, LIGHT.down), (Colours.GREEN_UP, LIGHT.down, LIGHT.up)):
        chart = day(known(MORNING), colours=colours)
        bars = [one for one in draw_day.compose(chart, LIGHT).axes[0].patches if isinstance(one, Rectangle)]
        wide = [one for one in bars if to_hex(one.get_facecolor()) != LIGHT.void]
        drawn = [to_hex(one.get_facecolor()) for one in wide]
        assert drawn == [rise if one.amount_cny > 0 else fall for one in chart.flows]


def test_an_unknown_session_has_no_bar_and_a_ground_of_its_own() -> None:
    figure = draw_timeline.compose(charted(flowing(5, None, 3, 4).panel()), LIGHT)
    patches = [one for one in figure.axes[1].patches if isinstance(one, Rectangle)]
    grounds = [one for one in patches if to_hex(one.get_facecolor()) == LIGHT.void]
    assert [one.get_width() for one in grounds] == [2.0], "the session itself and the next, which lacks its base"
    assert sum(one.get_y() == 0 and abs(one.get_height()) > 1 for one in patches) == 2


def test_an_estimate_is_pale() -> None:
    figure = draw_timeline.compose(of_demo("513100"), LIGHT)
    pale = [one for one in figure.axes[1].patches if one.get_alpha() not in (None, 1.0)]
    assert len(pale) == 1


def test_a_streak_is_a_band_through_every_pane() -> None:
    figure = draw_timeline.compose(of_demo(), LIGHT)
    for axes in figure.axes:
        bands = [one for one in axes.patches if to_hex(one.get_facecolor()) == LIGHT.up_tint]
        assert [one.get_width() for one in bands if isinstance(one, Rectangle)] == [2.0]


def test_candles_are_drawn_where_they_are_whole_and_a_line_where_closes_are_all_there_is() -> None:
    bodies = [one for one in draw_timeline.compose(of_demo(), LIGHT).axes[0].patches if one.get_zorder() == 3]
    assert len(bodies) == 120
    line = draw_timeline.compose(charted(flowing(1, 2, 3).panel()), LIGHT).axes[0]
    assert not [one for one in line.patches if one.get_zorder() == 3]
    assert to_hex(line.lines[0].get_color()) == LIGHT.accent


def test_a_premium_is_tinted_down_to_zero() -> None:
    axes = draw_timeline.compose(of_demo(), LIGHT).axes[2]
    assert any(isinstance(one, FillBetweenPolyCollection) for one in axes.collections)


@pytest.mark.parametrize(("language", "month"), [(ZH, "12月"), (EN, "Dec")])
def test_labels_are_in_the_readers_language(language: Language, month: str) -> None:
    told = {one.get_text() for one in words(draw_timeline.compose(of_demo(language=language), LIGHT))}
    assert month in told
    assert ("日净流入" in told) == (language is ZH)
    assert ("DEMO DATA" in told) == (language is EN)


def test_a_name_is_never_markup() -> None:
    told = [one.get_text() for one in words(draw_timeline.compose(ODD["markup"](), LIGHT))]
    assert MARKUP in told


def test_a_row_without_room_is_set_smaller() -> None:
    short, long = of_demo(), replace(of_demo(), title=LONG * 2)
    sizes = [draw_timeline.compose(one, LIGHT).texts[1].get_fontsize() for one in (short, long)]
    assert sizes[1] < sizes[0]


def test_no_figure_outlives_its_picture() -> None:
    chart = ODD["one session"]()
    counts = []
    for _ in range(3):
        draw_timeline.draw(chart, LIGHT)
        gc.collect()
        counts.append(sum(isinstance(one, Figure) for one in gc.get_objects()))
    assert counts[0] == counts[-1]
