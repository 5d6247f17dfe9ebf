"""Text from letters, made fit for the store."""

from mailproc.sentence import Stored


def storable(words: str) -> str:
    """NUL (PostgreSQL) and lone surrogates (SQLite too) cannot be stored: shown escaped instead."""
    if words.isprintable() or isinstance(words, Stored):
        return words
    return words.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")
