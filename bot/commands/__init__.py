"""What people can say: every function marked as a command in a module of this package."""

import importlib
import pkgutil

from bot.commands.base import Registry


def load_commands() -> Registry:
    """The commands of all modules here, in the order of their menus."""
    modules = [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
    return Registry.of(modules)
