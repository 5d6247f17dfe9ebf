"""What a catalogue calls what is searched, by our names of it."""

from collections.abc import Mapping

from mailproc.config_catalogues import CatalogueIndexes


def named(indexes: CatalogueIndexes) -> Mapping[str, str]:
    """Return the configured names; '' for a usual one."""
    return {
        "isbn": indexes.isbn,
        "issn": indexes.issn,
        "title": indexes.title,
        "author": indexes.author,
    }
