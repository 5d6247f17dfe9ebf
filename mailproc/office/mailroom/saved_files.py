"""Save the attachments of a letter into a folder of staff; nothing is overwritten or lands outside it."""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mailproc.errors import GiveUp, LocalFault, TryLater
from mailproc.flow.context import Context
from mailproc.mail import enclosures, received
from mailproc.mail.attachments import Attachment, attachments, numbered
from mailproc.sentence import sentence

MOST_NAMES = 1000
"""Files of one name that a folder may hold."""


@dataclass(frozen=True)
class SavedFile:
    """Where an attachment was saved."""

    path: Path
    file: Attachment


def files_in(row: Mapping[str, Any], context: Context) -> tuple[Attachment, ...]:
    """Return the attachments of a letter (its row), passwords in texts masked: an order file may be attached.

    Of a letter of ours, a document that is deleted is the place that the letter has for it.
    """
    raw = bytes(row["raw"])
    with suppress(GiveUp, TryLater):
        digests = (row.get("documents") or "").split()
        raw = enclosures.filled(raw, digests, row["message_id"], context.documents.read)
    return tuple(_masked(one, context) for one in attachments(received.letter(raw, row.get("door") or "")))


def _masked(file: Attachment, context: Context) -> Attachment:
    if not file.type.is_text:
        return file
    return replace(file, content=context.registry.mask(file.content))


def save(files: Sequence[Attachment], folder: Path) -> list[SavedFile]:
    """Write each file into ``folder``, which is made if it is missing, readable by its owner alone.

    Raise LocalFault if it cannot be written; what was saved before stays.
    """
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        last: dict[str, int] = {}
        return [SavedFile(_written(file, folder, last), file) for file in files]
    except OSError as error:
        why = error.strerror or str(error)
        raise LocalFault(sentence("file-not-written", file=str(error.filename or folder), why=why)) from None


def _written(file: Attachment, folder: Path, last: dict[str, int]) -> Path:
    """Write it under its name, or the next of that name which is free. ``last``: those taken so far."""
    for count in range(last.get(file.name, 0) + 1, MOST_NAMES):
        path = folder / (file.name if count == 1 else numbered(file.name, count))
        last[file.name] = count
        try:
            _write(path, (file.content,))
        except FileExistsError:
            continue
        return path
    raise LocalFault(sentence("file-names-taken", file=file.name, folder=str(folder)))


def _write(path: Path, content: Iterable[bytes]) -> None:
    """Make a new file; a link of that name is no way out of the folder (O_EXCL follows none)."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(number, "wb") as written:
        written.writelines(content)
