"""Write all readers into a file that `patrons import` reads again: CSV or JSON lines, for its user alone."""

import csv
import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from mailproc import private
from mailproc.errors import LocalFault
from mailproc.formula_guard import harmless_lines
from mailproc.office.patrons import patron_details
from mailproc.office.patrons.patron_details import PatronDetails
from mailproc.office.patrons.patron_file import Form, form_of
from mailproc.office.patrons.said_readers import NAMES
from mailproc.sentence import Sentence, sentence
from mailproc.store import patron_lists
from mailproc.store.engine import Store


def export(store: Store, file: Path) -> int:
    """Write the readers; return how many. Raise LocalFault if something is there, or it cannot be written."""
    form = form_of(str(file))
    if form is Form.ALMA:
        raise LocalFault(sentence("patrons-form", file=str(file), known=f"{Form.CSV}, {Form.JSON_LINES}"))
    line = _csv_line if form is Form.CSV else _json_line
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, private.FILE)
    except OSError as error:
        raise LocalFault(_cannot(file, error)) from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            if form is Form.CSV:
                stream.write(_row(NAMES))
            return sum(1 for written in _lines(store, line) if stream.write(written))
    except BaseException as error:
        file.unlink(missing_ok=True)  # half a file of readers would be taken for all
        if isinstance(error, OSError):
            raise LocalFault(_cannot(file, error)) from None
        raise


def _cannot(file: Path, error: OSError) -> Sentence:
    return sentence("patrons-cannot-write", file=str(file), why=error.strerror or str(error))


def _lines(store: Store, line: Callable[[PatronDetails], str]) -> Iterator[str]:
    with store.read() as connection:
        for row in patron_lists.all_patrons(connection):
            yield line(patron_details.details(row))


def _json_line(reader: PatronDetails) -> str:
    value = {name: getattr(reader, name) for name in NAMES} | {
        "expires": reader.expires.isoformat() if reader.expires else ""
    }
    return json.dumps(value, ensure_ascii=False) + "\n"


def _csv_line(reader: PatronDetails) -> str:
    return _row(
        (
            reader.id, " ".join(reader.barcodes), reader.name, reader.email, "\n".join(reader.address),
            reader.category, reader.pickup, reader.expires.isoformat() if reader.expires else "",
            "; ".join(reader.blocks), reader.language,
        )
    )  # fmt: skip


def _row(cells: tuple[str, ...]) -> str:
    made = io.StringIO()
    csv.writer(made, lineterminator="\r\n").writerow(map(harmless_lines, cells))
    return made.getvalue()
