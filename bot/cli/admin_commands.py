"""What stands behind `etfbot admin`: groups of commands, and commands of their own."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from bot.cli import admin_audience, admin_bans, admin_figures, admin_lists, admin_upkeep, admin_works

Run: TypeAlias = Callable[..., Coroutine[Any, Any, None]]

GROUPS: dict[str, tuple[str, dict[str, Run]]] = {
    "list": (
        "Watchlists: look, change, undo.",
        {
            "show": admin_lists.show,
            "create": admin_lists.create,
            "rename": admin_lists.rename,
            "add": admin_lists.add,
            "remove": admin_lists.remove,
            "import": admin_lists.take,
            "move": admin_lists.move,
            "place": admin_lists.place,
            "publish": admin_lists.publish,
            "unpublish": admin_lists.unpublish,
            "delete": admin_lists.delete,
            "undo": admin_lists.undo,
        },
    ),
    "threshold": (
        "Thresholds of detectors, over the files.",
        {
            "show": admin_figures.thresholds,
            "try": admin_figures.try_threshold,
            "set": admin_figures.set_threshold,
            "reset": admin_figures.reset_threshold,
            "undo": admin_figures.undo_threshold,
        },
    ),
    "limit": (
        "Limits, over the files.",
        {
            "show": admin_figures.limits,
            "set": admin_figures.set_limit,
            "reset": admin_figures.reset_limit,
            "undo": admin_figures.undo_limit,
        },
    ),
    "source": (
        "Publishers: how they fare, leave one alone, ask one again.",
        {"show": admin_works.sources, "rest": admin_works.rest_source, "ask": admin_works.ask_source},
    ),
    "slot": (
        "The timetable: what is due and done, run again, leave out.",
        {"show": admin_works.slots, "run": admin_works.run_slot, "skip": admin_works.skip_slot},
    ),
    "subscriber": (
        "Subscribers: count, find, look, pause, resume.",
        {
            "count": admin_audience.counts,
            "find": admin_audience.find,
            "show": admin_audience.show,
            "pause": admin_audience.pause,
            "resume": admin_audience.resume,
        },
    ),
    "ban": (
        "Bans: who is not answered any more.",
        {"list": admin_bans.show, "add": admin_bans.add, "remove": admin_bans.remove},
    ),
    "broadcast": (
        "Words to many readers.",
        {"show": admin_audience.broadcasts, "send": admin_audience.send, "cancel": admin_audience.cancel},
    ),
    "dead": (
        "Messages that were given up: count, send again, delete.",
        {"list": admin_upkeep.letters, "retry": admin_upkeep.retry, "drop": admin_upkeep.drop},
    ),
    "maintenance": (
        "Maintenance: on, off, and what stands still.",
        {
            "show": admin_works.maintenance,
            "on": admin_works.begin_maintenance,
            "off": admin_works.end_maintenance,
        },
    ),
}

COMMANDS: dict[str, Run] = {
    "audit": admin_works.audit,
    "backup": admin_works.backup,
    "restore": admin_works.restore,
    "tidy": admin_upkeep.tidy,
    "move": admin_upkeep.move,
}
