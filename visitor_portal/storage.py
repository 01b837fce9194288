from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Names by content, for what our modules import too: a page never mixes two releases of its scripts."""

    support_js_module_import_aggregation = True
    # Ours alone: Django's patterns find an import in a comment of another package's file, and stop the collecting.
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],
    )
