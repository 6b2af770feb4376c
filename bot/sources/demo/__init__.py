"""The bundled demo market: a year and a quarter of sessions that end just after the reference day, 2025-02-11.

The figures that were published of that day, and what was chosen to stand around them, are inputs in
`anchors.toml`; the rest is drawn with a fixed seed. Nothing that a message states is an input: streaks,
ratios, ranks and sums come out of the market as they would of a real one.
"""

from bot.sources.demo.anchors import Anchors, bundled_anchors, read_anchors
from bot.sources.demo.tables import demo_snapshots

__all__ = ["Anchors", "bundled_anchors", "demo_snapshots", "read_anchors"]
