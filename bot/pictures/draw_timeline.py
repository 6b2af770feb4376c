"""Draw a `Timeline`: a head, its panes over one another on the same sessions, a legend. Needs matplotlib."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bot.pictures.canvas import Run, as_png, quiet_axes, sheet, stamp, typeface, write_row
from bot.pictures.draw_marks import draw_marks
from bot.pictures.legend import write_legend
from bot.pictures.style import BIG_POINTS, HEADING_POINTS, LABEL_POINTS, NOTE_POINTS, TITLE_POINTS, Theme
from bot.pictures.ticks import day_marks
from bot.pictures.timeline import Pane, Timeline, Tone

EDGES = (0.042, 0.964)
"""Left and right of the type, as shares of the sheet."""

LEFT = 0.136
"""Where the sessions begin: labels of amounts stand before it."""

LEAST_SLOTS = 24
"""A young fund's few sessions are not drawn wider than these would be."""

_HEAD_INCHES, _PANE_HEAD_INCHES, _PANE_GAP_INCHES, _MARKS_INCHES = 0.76, 0.34, 0.16, 0.24
_LINE_INCHES = 0.19
"""Of the legend and the notes."""

_UNIT_INCHES = 1.28
"""What a pane of height 1 is given."""


def draw(chart: Timeline, theme: Theme) -> bytes:
    """The chart as a PNG."""
    return as_png(compose(chart, theme))


def compose(chart: Timeline, theme: Theme) -> Figure:
    """The chart as a figure."""
    theme = theme.of(chart.colours)
    foot = 0.17 + _LINE_INCHES * (len(chart.notes) + chart.keys.any)
    room = sum(one.height * _UNIT_INCHES + _PANE_HEAD_INCHES + _PANE_GAP_INCHES for one in chart.panes)
    inches = _HEAD_INCHES + room + _MARKS_INCHES + foot
    figure = sheet(theme, inches)
    write_head(figure, (chart.title, chart.code), chart.subtitle, chart.stamp, theme)
    top = inches - _HEAD_INCHES
    axes: list[Axes] = []
    for pane in chart.panes:
        write_pane_head(figure, (top - 0.2) / inches, pane, theme)
        bottom = top - _PANE_HEAD_INCHES - pane.height * _UNIT_INCHES
        box = (LEFT, bottom / inches, EDGES[1] - LEFT, pane.height * _UNIT_INCHES / inches)
        axes.append(figure.add_axes(box))
        draw_pane(axes[-1], chart, pane, theme)
        top = bottom - _PANE_GAP_INCHES
    mark_days(axes, chart, theme)
    write_legend(figure, (foot - 0.12) / inches, chart.keys, theme, EDGES)
    for number, words in enumerate(chart.notes):
        y = (foot - 0.12 - _LINE_INCHES * (number + chart.keys.any)) / inches
        write_row(figure, y, [Run(words, NOTE_POINTS, theme.muted)], edges=EDGES)
    return figure


def write_head(figure: Figure, title: tuple[str, str], subtitle: str, stamped: str, theme: Theme) -> None:
    """The title and its quiet half (a name and its code), what the picture covers, and the stamp of made-up data."""
    inches = figure.get_size_inches()[1]
    right = EDGES[1]
    if stamped:
        right = stamp(figure, (EDGES[1], 1 - 0.235 / inches), stamped, theme) - 0.02
    runs = [Run(title[0], BIG_POINTS, theme.ink, bold=True), Run(title[1], TITLE_POINTS, theme.muted)]
    write_row(figure, 1 - 0.33 / inches, runs, edges=(EDGES[0], right))
    write_row(figure, 1 - 0.58 / inches, [Run(subtitle, NOTE_POINTS + 0.5, theme.muted)], edges=EDGES)


def write_pane_head(figure: Figure, y: float, pane: Pane, theme: Theme) -> None:
    """What the pane shows, its newest figure, and the streak in force."""
    colour = tone_colour(pane.tone, theme)
    left = [
        Run(pane.heading, LABEL_POINTS, theme.muted),
        Run(pane.value_text, HEADING_POINTS + 1, colour, bold=True),
        Run(pane.extra, HEADING_POINTS, colour, bold=True),
        Run(pane.note, NOTE_POINTS, theme.muted),
    ]
    right = []
    if pane.stretch is not None:
        ground = theme.up_tint if pane.stretch.tone is Tone.UP else theme.down_tint
        right = [Run(pane.stretch.label, NOTE_POINTS + 0.5, tone_colour(pane.stretch.tone, theme), box=ground)]
    write_row(figure, y, left, right, edges=EDGES)


def tone_colour(tone: Tone, theme: Theme) -> str:
    """Of a figure that points some way, or none."""
    return {Tone.UP: theme.up, Tone.DOWN: theme.down, Tone.EVEN: theme.ink}[tone]


def draw_pane(axes: Axes, chart: Timeline, pane: Pane, theme: Theme) -> None:
    """The marks of a pane over the band of its own streak, which runs through all panes faintly."""
    quiet_axes(axes, theme)
    slots = max(LEAST_SLOTS, len(chart.days))
    shift = slots - len(chart.days)
    axes.set_xlim(-0.7, slots - 0.3)
    axes.set_xticks([])
    axes.set_axisbelow(True)
    for each in chart.panes:
        if each.stretch is not None:
            tint = theme.up_tint if each.stretch.tone is Tone.UP else theme.down_tint
            axes.axvspan(
                each.stretch.first + shift - 0.5, each.stretch.last + shift + 0.5, color=tint, linewidth=0, zorder=0
            )
    draw_marks(axes, pane, shift, chart.language, theme)
    for label in axes.get_yticklabels():
        label.set(fontproperties=typeface(NOTE_POINTS), color=theme.muted)
    axes.tick_params(axis="y", pad=4)


def mark_days(axes: Sequence[Axes], chart: Timeline, theme: Theme) -> None:
    """Months: a thin line through every pane, their names under the last one."""
    marks = day_marks(chart.days, max(LEAST_SLOTS, len(chart.days)), chart.language)
    for each in axes:
        for at, _ in marks:
            each.axvline(at - 0.5, color=theme.edge, linewidth=0.7, alpha=0.7, zorder=0.5)
    for at, words in marks:
        axes[-1].annotate(
            words, (at - 0.5, 0), xycoords=("data", "axes fraction"), xytext=(0, -5), textcoords="offset points",
            ha="center", va="top", fontproperties=typeface(NOTE_POINTS), color=theme.muted, annotation_clip=False,
        )  # fmt: skip
