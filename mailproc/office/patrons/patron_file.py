"""A file of readers, whatever its form: read into what is compared with the store."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from io import BufferedReader
from itertools import chain
from pathlib import Path

from mailproc.config_patrons import Patrons
from mailproc.errors import LocalFault
from mailproc.office.patrons import csv_file, json_lines, reader_fields
from mailproc.office.patrons.said_readers import RefusedReader, SaidReader
from mailproc.office.patrons.text_lines import octet_lines, text_lines
from mailproc.sentence import sentence
from mailproc.store.forgotten_readers import ForgottenReaders
from mailproc.store.incoming_patrons import IncomingPatrons

SHOWN = 1000
"""Refused readers that are named; all are counted."""
STEP = 1000
"""Readers between two words of progress."""
Progress = Callable[[str, int], None]
"""Called with what is being done, and with how many readers."""


class Form(StrEnum):
    CSV = "csv"
    JSON_LINES = "jsonl"
    ALMA = "alma"


_BY_SUFFIX = {
    ".csv": Form.CSV, ".txt": Form.CSV, ".tsv": Form.CSV, ".xml": Form.ALMA, ".jsonl": Form.JSON_LINES,
    ".ndjson": Form.JSON_LINES, ".json": Form.JSON_LINES,
}  # fmt: skip


def form_of(file: str) -> Form:
    """Return the form by the end of the name. Raise LocalFault where it tells nothing."""
    found = _BY_SUFFIX.get(Path(file).suffix.lower())
    if found is None:
        raise LocalFault(sentence("patrons-form", file=file, known=", ".join(Form)))
    return found


@dataclass
class ReadFile:
    """``readers``: with another id each. ``refused``: of the first ``SHOWN`` rows, each wrong column.
    ``unknown``: refused rows of which nobody can say whose they are."""

    readers: int = 0
    unknown: int = 0
    refused_count: int = 0
    refused: list[RefusedReader] = field(default_factory=list)


def read(
    stream: BufferedReader,
    form: Form,
    rules: Patrons,
    incoming: IncomingPatrons,
    forgotten: ForgottenReaders,
    progress: Progress,
) -> ReadFile:
    """Put the readers of a file into ``incoming``. Raise LocalFault for what is no such file."""
    read = ReadFile()
    for said in _said(stream, form, rules):
        found = said if isinstance(said, RefusedReader) else reader_fields.checked(said, rules)
        if not isinstance(found, RefusedReader) and found.id in forgotten:
            found = RefusedReader(said.line, "", sentence("patrons-forgotten"), found.id)
        if not isinstance(found, RefusedReader) and (first := incoming.add(found, said.line)):
            found = RefusedReader(said.line, "", sentence("patrons-doubled", first=first), found.id)
        if isinstance(found, RefusedReader):
            _refuse(read, found, incoming)
            # A user of Alma is read whole: one without an id is no reader that an import has brought.
            read.unknown += not found.id and form is not Form.ALMA
        else:
            read.readers += 1
        if (read.readers + read.refused_count) % STEP == 0:
            progress("read", read.readers)
    return read


def _refuse(read: ReadFile, reader: RefusedReader, incoming: IncomingPatrons) -> None:
    read.refused_count += 1
    if reader.id:
        incoming.refuse(reader.id, reader.line)
    if read.refused_count <= SHOWN:
        read.refused += [reader, *reader.more]


def _said(stream: BufferedReader, form: Form, rules: Patrons) -> Iterator[SaidReader | RefusedReader]:
    if form is Form.ALMA:
        from mailproc.office.patrons import alma_users  # here: lxml is for XML alone

        return alma_users.read(octet_lines(stream), rules.identifier)
    lines = text_lines(stream, rules.encoding)
    first = next(lines, "")
    _refuse_other(first, form)
    lines = chain([first], lines)
    return csv_file.read(lines, rules.columns) if form is Form.CSV else json_lines.read(lines)


def _refuse_other(first: str, form: Form) -> None:
    """Raise LocalFault for a file whose first line shows another form, or several objects in one list."""
    looks = {"<": Form.ALMA, "{": Form.JSON_LINES, "[": Form.JSON_LINES}.get(first.lstrip()[:1])
    if looks is not None and (looks is not form or first.lstrip().startswith("[")):
        raise LocalFault(sentence("patrons-other-form", form=str(form)), ("--form",))
