"""What can be seen in the market: every module in this package is a family of detectors."""

import importlib.util
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType

from signals.core.detector import Detector

_PLUGIN_PREFIX = "etfbot_plugin_"


def load_detectors(extra: Path | None = None) -> dict[str, type[Detector]]:
    """Every detector class by its name: those of this package, then those of the folder `extra`.

    Raises ValueError when two classes claim one name; whatever a plug-in file raises on import passes.
    """
    found: dict[str, type[Detector]] = {}
    for module in (*_own_modules(), *(_plugins(extra) if extra else ())):
        for one in vars(module).values():
            if not (inspect.isclass(one) and issubclass(one, Detector) and hasattr(one, "name")):
                continue  # what several detectors share has no name of its own
            if found.setdefault(one.name, one) is not one:
                raise ValueError(f"two detectors are called {one.name!r}: {found[one.name]} and {one}")
    return found


def _own_modules() -> Iterator[ModuleType]:
    for info in pkgutil.iter_modules(__path__):
        if not info.ispkg:
            yield importlib.import_module(f"{__name__}.{info.name}")


def _plugins(folder: Path) -> Iterator[ModuleType]:
    for path in sorted(folder.glob("*.py")):
        name = _PLUGIN_PREFIX + path.stem
        loader = SourceFileLoader(name, str(path))
        spec = ModuleSpec(name, loader, origin=str(path))
        spec.has_location = True
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        loader.exec_module(module)
        yield module
