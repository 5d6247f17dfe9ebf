"""SLNPAlleBenutzerDaten: what a ZFL may hear of a reader. As shipped nothing; a PIN never."""

import re
from collections.abc import Iterator, Mapping

from mailproc.config_load.problem import ConfigProblem, Loc

VALUES = ("id", "name", "first_name", "last_name", "email", "status")
"""What is known of a reader, as the field map names it. Of a name, the last word is the last name."""
_NAME = re.compile(r"\w{1,60}", re.ASCII)
_SECRET = re.compile(r"pin|pass|kennwort|geheim|tan\b", re.IGNORECASE)


def problems(fields: Mapping[str, str], loc: Loc) -> Iterator[ConfigProblem]:
    for name, value in fields.items():
        if _SECRET.search(name):
            yield ConfigProblem((*loc, name), "is not told: nobody hears a reader's secret from here")
        elif value not in VALUES or not _NAME.fullmatch(name):
            yield ConfigProblem((*loc, name), f"must be one of: {', '.join(VALUES)}", value)


def told(fields: Mapping[str, str], known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield name and value of the map's fields; ``known``: id, name, email and status of the reader."""
    first, _, last = known["name"].rpartition(" ")
    values = {**known, "first_name": first, "last_name": last}
    yield from ((name, values[value]) for name, value in fields.items() if values[value])
