"""Kills a service between two of its steps: at the n-th word that it has with the store."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from bot.store.database import Database

DRAWERS = ("market", "alerts", "subscriptions", "watchlists", "outbox", "runs", "rules")


class KilledError(BaseException):
    """The process is gone: nobody may catch this."""


@dataclass
class Killer:
    """Counts calls of the store and raises before one of them; 0 = never. It strikes once."""

    at: int = 0
    calls: list[str] = field(default_factory=list)
    """What was called, e.g. ``market.add``."""

    def watch(self, store: Database) -> None:
        """Put every public coroutine of the store's drawers under watch."""
        for name in DRAWERS:
            drawer = getattr(store, name)
            for method, _ in inspect.getmembers(type(drawer), inspect.iscoroutinefunction):
                if not method.startswith("_"):
                    setattr(drawer, method, self._watched(f"{name}.{method}", getattr(drawer, method)))

    def _watched(self, name: str, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        @wraps(call)
        async def watched(*args: Any, **kwargs: Any) -> Any:
            self.calls.append(name)
            if len(self.calls) == self.at:
                raise KilledError(name)
            return await call(*args, **kwargs)

        return watched
