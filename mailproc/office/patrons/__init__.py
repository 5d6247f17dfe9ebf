"""Readers from the files of a library system: read, compared, imported; found, shown, exported, forgotten."""
