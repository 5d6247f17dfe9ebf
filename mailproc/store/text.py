"""Make text from letters storable."""

from mailproc.sentence import Stored


def storable(words: str) -> str:
    """Escape what databases cannot store: NUL (PostgreSQL) and lone surrogates (SQLite too)."""
    if words.isprintable() or isinstance(words, Stored):
        return words
    return words.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")
