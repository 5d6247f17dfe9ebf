"""Make a PDF of slips and letters, and put it safely on the disk."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from mailproc import private
from mailproc.config_slips import SlipGrid, Slips
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.office.mailroom.printing import LetterToPrint
from mailproc.office.slips.kinds import SlipKind
from mailproc.office.slips.printing import FinishedSlip
from mailproc.sentence import sentence

if TYPE_CHECKING:
    from mailproc.paper.document import Document

LIBRARIES = ("reportlab", "PIL")
"""What only a PDF needs: it comes with mailproc-ill[slips]."""


@dataclass(frozen=True)
class PdfFile:
    """``octets`` of the file; ``missing``: signs that no font has, in their order."""

    octets: bytes
    missing: tuple[str, ...]


def can_draw() -> bool:
    """Return whether this machine can make a PDF."""
    return all(find_spec(one) is not None for one in LIBRARIES)


def drawn(found: Sequence[FinishedSlip], letters: Sequence[LetterToPrint], context: Context) -> PdfFile:
    """Draw them. Raise LocalFault if the library that draws, or a font, is not there."""
    try:
        from mailproc.paper.document import Document, Page, PaperLetter
        from mailproc.paper.fonts import Fonts
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in LIBRARIES:
            raise
        raise LocalFault(sentence("slip-no-pdf")) from None
    slips, folder = context.config.slips, context.config.file.parent
    fonts = Fonts([folder / name for name in slips.fonts])
    offset = slips.offset_right, slips.offset_down
    document = Document(Page(slips.page, slips.margin, offset), fonts)
    _draw_slips(document, found, slips)
    for one in letters:
        remark = context.language.label("slips", "reprint") if one.again else ""
        head = " · ".join(filter(None, (one.id, one.number, one.reader, remark)))
        document.letter(PaperLetter(head, one.address, one.subject, one.text))
    return PdfFile(document.octets(), tuple(sorted(fonts.missing)))


def _draw_slips(document: "Document", found: Sequence[FinishedSlip], slips: Slips) -> None:
    from mailproc.paper.document import Grid

    grids: Mapping[SlipKind, SlipGrid] = {
        SlipKind.PULL: slips.pull,
        SlipKind.BANDS: slips.bands,
        SlipKind.LABELS: slips.labels,
    }
    for kind, grid in grids.items():
        parts = [one.parts for one in found if one.kind is kind]
        document.slips(parts, Grid(grid.columns, grid.rows))


def write(file: Path, octets: bytes) -> None:
    """Write a new file: it is there whole and on the disk, or empty, or not at all. Raise LocalFault.

    Nothing is overwritten: who may call mailproc through sudo may not replace what the service owns. So the
    name is taken by a new file first.
    """
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.unfinished")
    try:
        number = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, private.FILE)
        try:
            with os.fdopen(number, "wb") as written:
                written.write(octets)
                written.flush()
                os.fsync(written.fileno())
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, private.FILE))
            os.replace(unfinished, file)
        finally:
            with suppress(OSError):
                unfinished.unlink()
        private.sync_folder(file.parent)
    except OSError as error:
        why = error.strerror or str(error)
        raise LocalFault(sentence("file-not-written", file=str(file), why=why)) from None
