"""Draw a `DayChart`: tiles of indices, bars of flows from a common zero, a strip of margin changes. Needs matplotlib."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from bot.pictures.canvas import Run, as_png, quiet_axes, sheet, write_row
from bot.pictures.day import DayChart, FlowBar, Tile
from bot.pictures.draw_timeline import EDGES, LEFT, draw_pane, mark_days, tone_colour, write_head, write_pane_head
from bot.pictures.legend import write_legend
from bot.pictures.style import HEADING_POINTS, LABEL_POINTS, NOTE_POINTS, SOFT_ALPHA, WIDTH_INCHES, Theme
from bot.pictures.timeline import Timeline, Tone

_HEAD_INCHES, _SECTION_INCHES, _GAP_INCHES, _FOOT_INCHES = 0.72, 0.36, 0.14, 0.34
_TILE_INCHES, _TILE_GAP_INCHES = 0.72, 0.08
_TILES_MAX = 4
"""Beside each other."""

_FLOW_INCHES, _BAR_INCHES = 0.385, 0.1
_AXIS_INCHES = 0.26


def draw(chart: DayChart, theme: Theme) -> bytes:
    """The chart as a PNG."""
    return as_png(compose(chart, theme))


def compose(chart: DayChart, theme: Theme) -> Figure:
    """The chart as a figure; parts without figures take no room."""
    theme = theme.of(chart.colours)
    rows = -(-len(chart.tiles) // _abreast(len(chart.tiles)))
    tiles = rows * (_TILE_INCHES + _TILE_GAP_INCHES) + _SECTION_INCHES + _GAP_INCHES if rows else 0.0
    flows = len(chart.flows) * _FLOW_INCHES + _SECTION_INCHES + _GAP_INCHES if chart.flows else 0.0
    strip = chart.strip.pane.height + 2 * _SECTION_INCHES + _AXIS_INCHES if chart.strip else 0.0
    inches = _HEAD_INCHES + tiles + flows + strip + _FOOT_INCHES
    figure = sheet(theme, inches)
    write_head(figure, (chart.title, ""), chart.subtitle, chart.stamp, theme)
    top = inches - _HEAD_INCHES
    if chart.tiles:
        _write_section(figure, top, chart.tiles_heading, chart.tiles_note, theme)
        _draw_tiles(figure, chart.tiles, top - _SECTION_INCHES, theme)
    top -= tiles
    if chart.flows:
        _write_section(figure, top, chart.flows_heading, chart.flows_note, theme)
        _draw_flows(figure, chart.flows, top - _SECTION_INCHES, theme)
    top -= flows
    if chart.strip:
        _draw_strip(figure, chart, top, theme)
    write_legend(figure, 0.14 / inches, chart.keys, theme, EDGES)
    return figure


def _write_section(figure: Figure, top: float, heading: str, note: str, theme: Theme) -> None:
    inches = figure.get_size_inches()[1]
    runs = [Run(heading, HEADING_POINTS, theme.ink, bold=True), Run(note, NOTE_POINTS, theme.muted)]
    write_row(figure, (top - 0.2) / inches, runs, edges=EDGES)


def _abreast(count: int) -> int:
    """Tiles in a row: as many as leave the fewest holes in the last one."""
    if count <= _TILES_MAX:
        return max(count, 2)
    return max(range(_TILES_MAX - 1, _TILES_MAX + 1), key=lambda each: (-(-count % each), each))


def _draw_tiles(figure: Figure, tiles: tuple[Tile, ...], upper: float, theme: Theme) -> None:
    gap, abreast = _TILE_GAP_INCHES / WIDTH_INCHES, _abreast(len(tiles))
    width = (EDGES[1] - EDGES[0] - gap * (abreast - 1)) / abreast
    for number, tile in enumerate(tiles):
        row, place = divmod(number, abreast)
        top = upper - row * (_TILE_INCHES + _TILE_GAP_INCHES)
        _draw_tile(figure, tile, (EDGES[0] + place * (width + gap), top, width), theme)


def _draw_tile(figure: Figure, tile: Tile, place: tuple[float, float, float], theme: Theme) -> None:
    """A tinted box with the name, the move in large type and the level."""
    left, upper, width = place
    inches = figure.get_size_inches()[1]
    ground = {Tone.UP: theme.up_tint, Tone.DOWN: theme.down_tint, Tone.EVEN: theme.void}[tile.tone]
    box = FancyBboxPatch(
        (left, (upper - _TILE_INCHES) / inches), width, _TILE_INCHES / inches, boxstyle="round,pad=0,rounding_size=0.012",
        facecolor=ground, linewidth=0, mutation_aspect=WIDTH_INCHES / inches,
    )  # fmt: skip
    figure.add_artist(box)
    edges = (left + 0.016, left + width - 0.008)
    for drop, run in (
        (0.2, Run(tile.name, NOTE_POINTS, theme.ink)),
        (0.43, Run(tile.change, HEADING_POINTS, tone_colour(tile.tone, theme), bold=True)),
        (0.62, Run(tile.level, NOTE_POINTS - 0.5, theme.muted)),
    ):
        write_row(figure, (upper - drop) / inches, [run], edges=edges)


def _draw_flows(figure: Figure, flows: tuple[FlowBar, ...], upper: float, theme: Theme) -> None:
    """Each class with its words above its bar; all bars begin at one zero."""
    inches, height = figure.get_size_inches()[1], len(flows) * _FLOW_INCHES
    axes = figure.add_axes((EDGES[0], (upper - height) / inches, EDGES[1] - EDGES[0], height / inches))
    quiet_axes(axes, theme)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_ylim(-height, 0)
    amounts = [one.amount_cny for one in flows]
    low, high = min(0.0, *amounts), max(0.0, *amounts)
    axes.set_xlim(low, high if high > low else low + 1.0)
    for number, one in enumerate(flows):
        top = number * _FLOW_INCHES
        _draw_flow(axes, one, -top - 0.3, theme)
        colour = tone_colour(Tone.UP if one.amount_cny > 0 else Tone.DOWN if one.amount_cny < 0 else Tone.EVEN, theme)
        left = [Run(one.name, LABEL_POINTS, theme.ink), Run(one.about, NOTE_POINTS, theme.muted)]
        right = [Run(one.value_text, LABEL_POINTS, colour, bold=True)]
        write_row(figure, (upper - top - 0.17) / inches, left, right, edges=EDGES)


def _draw_flow(axes: Axes, one: FlowBar, y: float, theme: Theme) -> None:
    low, high = axes.get_xlim()
    axes.barh(y, high - low, _BAR_INCHES, left=low, color=theme.void, linewidth=0, zorder=1)
    colour = theme.up if one.amount_cny > 0 else theme.down
    alpha = SOFT_ALPHA if one.soft else 1.0
    axes.barh(y, one.amount_cny, _BAR_INCHES, color=colour, alpha=alpha, linewidth=0, zorder=3)
    axes.vlines(0, y - _BAR_INCHES * 0.7, y + _BAR_INCHES * 0.7, color=theme.muted, linewidth=1.0, zorder=4)


def _draw_strip(figure: Figure, chart: DayChart, top: float, theme: Theme) -> None:
    assert chart.strip is not None  # noqa: S101
    inches, pane = figure.get_size_inches()[1], chart.strip.pane
    _write_section(figure, top, chart.strip.heading, chart.strip.balance, theme)
    write_pane_head(figure, (top - _SECTION_INCHES - 0.14) / inches, pane, theme)
    bottom = top - 2 * _SECTION_INCHES - pane.height
    axes = figure.add_axes((LEFT, bottom / inches, EDGES[1] - LEFT, pane.height / inches))
    frame = Timeline(
        title="", code="", subtitle="", days=chart.strip.days, panes=(pane,), keys=chart.keys, notes=(),
        language=chart.language, colours=chart.colours,
    )  # fmt: skip
    draw_pane(axes, frame, pane, theme)
    mark_days([axes], frame, theme)
