"""Hatch runs this before it builds a wheel: compiled catalogues go in, those that people edit stay out."""

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface):
    """Compiles what changed, with the code that Steward itself uses; importing the package would need Django."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        source = Path(self.root) / "src" / "steward" / "project" / "messages" / "compiling.py"
        spec = importlib.util.spec_from_file_location("compiling", source)
        if spec is None or spec.loader is None:
            raise FileNotFoundError(source)
        compiling = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(compiling)
        compiling.compile_changed()
