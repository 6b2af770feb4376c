"""How often Python looks for garbage: seldom. What a service makes refers to itself rarely, and most goes by itself."""

import gc

_YOUNG, _MIDDLE, _OLD = 50_000, 20, 50
"""New objects before the first look, and looks before the longer ones; Python's own are 700, 10 and 10."""


def collect_seldom() -> None:
    """For the rest of the process's life; what is there now, modules above all, is not looked at any more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
