"""Read receipts: what the British Library's system answers to a whole file, and to single orders in it."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from mailproc.ill.apdu import Report, StatusOrErrorReport
from mailproc.ill.terms import Ref
from mailproc.protocols.artemail.read import report_lines
from mailproc.protocols.artemail.read.line_reading import Taken
from mailproc.protocols.artemail.read.report_lines import LONGEST_LINE
from mailproc.protocols.artemail.tables.reply_codes import Layout

LONGEST_NOTE = 1000
HEADING = 40
"""Lines at the top of a letter in which a receipt is looked for."""


def read(
    subject: str, lines: Sequence[str], ref: Ref, layout: Layout, mask: Callable[[str], str]
) -> tuple[Taken, StatusOrErrorReport] | None:
    """Return the receipt in the subject or in one of the first five lines; None if there is none."""
    first = [(index, line) for index, line in enumerate(lines[:HEADING]) if line][:5]
    for index, line in [(-1, subject), *first]:
        text = line[:LONGEST_LINE]
        said_file = layout.file_ref.search(text)
        about = replace(ref, file_ref=said_file["file_ref"]) if said_file else ref
        if layout.accepted.fullmatch(text):
            report = StatusOrErrorReport(ref=about, report=Report(kind="status"), note=mask(text))
        elif layout.rejected.fullmatch(text):
            rest = (each for each in lines if each and each != text)
            note = " ".join(mask("\n".join([text, *rest])).split())[:LONGEST_NOTE]
            report = StatusOrErrorReport(ref=about, report=Report(kind="error"), note=note)
        else:
            continue
        key = "rejected" if is_rejection(report) else "accepted"
        at = () if index < 0 else (index,)
        return Taken("receipt", at, report, f"[layout] {key}", key in layout.overlaid), report
    return None


def is_rejection(report: StatusOrErrorReport) -> bool:
    return report.report is not None and report.report.kind == "error"


def single_rejections(
    lines: Sequence[str], file: Ref, replies: Collection[int], layout: Layout, mask: Callable[[str], str]
) -> Iterator[Taken]:
    """Yield the rejected orders of an accepted file. ``replies``: indices of lines with a known code."""
    for index, line in enumerate(lines):
        if not line or len(line) > LONGEST_LINE or index in replies:
            continue
        match = layout.order_rejected.fullmatch(line)
        if match and report_lines.is_number(match["number"]):
            ref = replace(file, number=match["number"])
            report = StatusOrErrorReport(ref=ref, report=Report(kind="error"), note=mask(line))
            own = "order_rejected" in layout.overlaid
            yield Taken("rejected", (index,), report, "[layout] order_rejected", own)
