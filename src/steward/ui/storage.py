"""How static files are named when they are served, and in which parts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

from steward.ui.joining import Scripts, small_scripts
from steward.ui.sheets import joined_styles, small_styles

_STYLES, _SCRIPTS = "steward/", "steward/js/"

# Each is one request. Pages name the sheets they need in their templates; what opens only under somebody's hands, or
# stands only in an opened ticket, has a sheet of its own.
SHEETS = (
    "steward.css", "forms.css", "console.css", "opened.css", "list.css", "conversation.css", "settings.css",
    "guide.css", "entrance.css", "front.css", "subprocessors.css", "office.css", "outbox.css", "demo.css", "mail.css",
    "redaction.css", "holding.css", "support.css", "centre.css",
)  # fmt: skip

# The first script of a kind of page, and what it loads later with `import()`: when somebody touches the page, when
# something has happened elsewhere, when somebody writes.
PARTS = (
    "console.js", "office.js", "demo.js", "entrance.js", "front.js", "page.js", "shared.js", "live-worker.js",
    "hands.js", "news.js", "live-freshness.js", "writing.js", "drafts.js", "leaving.js", "mail-frame.js", "desktop.js",
    "composer.js", "live-beats.js", "fault.js", "fresh-numbers.js", "passkey-forms.js", "passkey.js",
    "sign-up.js", "live-lock.js", "recovery.js",
)  # fmt: skip


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise is untyped
    """Names with the hash of their content, also where one script imports another, so all can be cached for ever."""

    support_js_module_import_aggregation = True

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Join the parts, then name and compress. Sources are read where they were found: a copy is joined."""
        joined = {name: text for name, text in self._joined(paths).items() if not dry_run}
        for name, text in joined.items():
            Path(self.path(name)).write_text(text)
        # What is named by its hash is the joined file, not its source.
        yield from super().post_process(paths | {name: (self, name) for name in joined}, dry_run, **options)

    def _joined(self, paths: dict[str, Any]) -> dict[str, str]:
        def read(name: str) -> str:
            storage, path = paths[name]
            return Path(storage.path(path)).read_text()

        scripts = Scripts(lambda name: read(_SCRIPTS + name), PARTS)
        styles = {_STYLES + name: small_styles(joined_styles(_STYLES + name, read)) for name in SHEETS}
        return styles | {_SCRIPTS + name: small_scripts(scripts.joined(name)) for name in PARTS}
