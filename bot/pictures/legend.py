"""The legend under a picture: small swatches with their words, only of what stands in it. Needs matplotlib."""

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from bot.pictures.canvas import place
from bot.pictures.style import NOTE_POINTS, SOFT_ALPHA, Theme
from bot.pictures.timeline import Keys, Tone

_SWATCH, _GAP, _BETWEEN = 0.03, 0.01, 0.026
"""Shares of the sheet's width."""


def write_legend(figure: Figure, y: float, keys: Keys, theme: Theme, edges: tuple[float, float]) -> None:
    """One row of entries, from the left edge on."""
    height = 0.09 / figure.get_size_inches()[1]
    entries = [one for one in _entries(keys) if one[1]]
    points = NOTE_POINTS
    texts = [place(figure, y, words, points, theme.muted) for _, words in entries]
    wanted = sum(width + _SWATCH + _GAP for _, width in texts) + _BETWEEN * max(0, len(texts) - 1)
    if wanted > edges[1] - edges[0]:
        fixed = (_SWATCH + _GAP) * len(texts) + _BETWEEN * (len(texts) - 1)
        points *= (edges[1] - edges[0] - fixed) / (wanted - fixed)
        for text, _ in texts:
            text.remove()
        texts = [place(figure, y, words, points, theme.muted) for _, words in entries]
    x = edges[0]
    for (kind, _), (text, width) in zip(entries, texts, strict=True):
        figure.add_artist(_swatch(kind, keys.tone, (x, y, height), theme))
        text.set_x(x + _SWATCH + _GAP)
        x += _SWATCH + _GAP + width + _BETWEEN


def _entries(keys: Keys) -> list[tuple[str, str]]:
    """The entries in the order in which they stand."""
    return [
        ("mean", keys.mean),
        ("stretch", keys.stretch),
        ("soft", keys.soft),
        ("missing", keys.missing),
        ("crossed", keys.crossed),
    ]


def _swatch(kind: str, tone: Tone, place: tuple[float, float, float], theme: Theme) -> Line2D | Rectangle:
    x, y, height = place
    middle = y + height * 0.45
    if kind == "mean":
        return Line2D([x, x + _SWATCH], [middle, middle], color=theme.second, linewidth=1.6, solid_capstyle="butt")
    if kind == "crossed":
        return Line2D(
            [x + _SWATCH / 2], [middle], marker="o", markersize=5.5, markerfacecolor=theme.ground,
            markeredgecolor=theme.accent, markeredgewidth=1.5, linewidth=0,
        )  # fmt: skip
    colour = {
        "stretch": theme.down_tint if tone is Tone.DOWN else theme.up_tint,
        "soft": theme.muted,
        "missing": theme.void,
    }
    alpha = SOFT_ALPHA if kind == "soft" else 1.0
    return Rectangle((x, y - height * 0.1), _SWATCH, height, facecolor=colour[kind], alpha=alpha, linewidth=0)
