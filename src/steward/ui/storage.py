"""How static files are named when they are served."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise is untyped
    """Names with the hash of their content, also where one script imports another, so all can be cached for ever."""

    support_js_module_import_aggregation = True
