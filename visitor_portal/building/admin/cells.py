"""Cells of a CSV file: a spreadsheet must not take one for a formula."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(value: object) -> str:
    """With an apostrophe before what a spreadsheet would run, and before what looks as if it had got one."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) or _is_guarded(text) else text


def plain(text: str) -> str:
    """What `safe` was given."""
    return text[1:] if _is_guarded(text) else text


def _is_guarded(text: str) -> bool:
    return text.startswith("'") and text.lstrip("'").startswith(_FORMULA)
