from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Names by content, for what a module imports too: a page never mixes two releases of its scripts."""

    support_js_module_import_aggregation = True
