"""How static files are named when they are served."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

from steward.ui.joining import joined_scripts, joined_styles

# The entry points that pages load.
_JOINED = {
    "steward/steward.css": joined_styles,
    "steward/js/console.js": joined_scripts,
    "steward/js/live-worker.js": joined_scripts,
}


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise is untyped
    """Names with the hash of their content, also where one script imports another, so all can be cached for ever."""

    support_js_module_import_aggregation = True

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Join the entry points, then name and compress. Sources are read where they were found: a copy is joined."""

        def read(name: str) -> str:
            storage, path = paths[name]
            return Path(storage.path(path)).read_text()

        joined = {name: join for name, join in _JOINED.items() if name in paths and not dry_run}
        for name, join in joined.items():
            Path(self.path(name)).write_text(join(name, read))
        # What is named by its hash is the joined file, not its source.
        yield from super().post_process(paths | {name: (self, name) for name in joined}, dry_run, **options)
