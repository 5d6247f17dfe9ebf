"""Read what the British Library sends back: status reports, receipts, and labelled statuses in English.

A line counts if the whole of it is a number and a known code. A number with an unknown code in capitals is
kept as unsure. Everything else is a heading, or prose.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from mailproc.ill.apdu import Apdu, Message
from mailproc.ill.terms import ApduType, Ref
from mailproc.protocols.artemail.read import document_links, labelled_status, quoted, receipts, report_lines
from mailproc.protocols.artemail.read.body_lines import spaced
from mailproc.protocols.artemail.read.labelled_status import MOST_BLOCKS, LabelledStatus
from mailproc.protocols.artemail.read.line_reading import LineReading, Taken
from mailproc.protocols.artemail.read.messages import message_of
from mailproc.protocols.artemail.read.report_lines import LONGEST_LINE, ReportLine
from mailproc.protocols.artemail.tables.keywords import Keywords
from mailproc.protocols.artemail.tables.phrases import Phrases
from mailproc.protocols.artemail.tables.reply_codes import ReplyCodes

HEADING = 40
"""Lines before the first reply in which customer code and file reference are looked for."""

MOST_REPLIES = 10_000
"""Replies read in one letter; what follows is not read, and a fault says so."""

MOST_OF_ONE = 20
"""Different replies to one number in one letter; more cannot be a report."""

_CUSTOMER = re.compile(r"(?<![0-9-])[0-9]{2}-[0-9]{4}(?![0-9-])")


BARE_PROSE = 2
"""Lines beside the replies of a report in which no code is known: a title and a date."""


def _headed(taken: Taken) -> bool:
    ref = taken.apdu.ref
    return taken.kind == "unknown" and ref is not None and bool(ref.customer_code or ref.file_ref)


def _blocks(reading: LineReading) -> list[Taken]:
    return [each for each in reading.taken if each.kind == "twin"]


class Replies:
    """The reader of replies, made from the tables."""

    def __init__(
        self,
        codes: ReplyCodes,
        words: Keywords,
        phrases: Phrases,
        mask: Callable[[str], str] = str,
    ) -> None:
        """``mask`` removes passwords from text that is kept: a rejection may quote the file."""
        self.codes = codes
        self._words = words
        self.phrases = phrases
        self._mask = mask

    def is_receipt(self, lines: Sequence[str], subject: str) -> bool:
        """Return whether the letter is a receipt, without reading the rest.

        Asked first, because a receipt may quote the whole order file.
        """
        top = [spaced(line) for line in lines[:HEADING]]
        return receipts.read(" ".join(subject.split()), top, Ref(), self.codes.layout, str) is not None

    def is_coded(self, reading: LineReading) -> bool:
        """Return whether the letter is a status report.

        One known code is needed, and each reply allows more prose. Unknown codes alone are enough under a
        heading that names our code or file, with hardly any prose.
        """
        kinds = Counter(each.kind for each in reading.taken)
        room = self.codes.layout.most_prose + 2 * (kinds["reply"] + kinds["unknown"])
        if kinds["reply"]:
            return reading.prose <= room
        return any(map(_headed, reading.taken)) and reading.prose <= BARE_PROSE

    def has_known_status(self, reading: LineReading) -> bool:
        """Return whether there is a labelled status that means a code, or that names an order line."""
        known = any(each.sure or (each.apdu.ref and each.apdu.ref.order_line) for each in _blocks(reading))
        return known and self.has_labelled_status(reading)

    def has_labelled_status(self, reading: LineReading) -> bool:
        """Return whether there is a labelled status, whatever it says."""
        blocks = _blocks(reading)
        return bool(blocks) and reading.prose <= self.codes.layout.most_twin_prose + 2 * len(blocks)

    def read(self, lines: Sequence[str], subject: str, on: date | None) -> LineReading:
        """Read one text. ``on`` is the letter's own date: "reapply in n weeks" counts from it."""
        said = [spaced(line) for line in lines]
        end = self._end(said)
        said = ["" if line.startswith(">") else line for line in said[:end]]
        replies, end = self._replies(said)
        said = said[:end]
        blocks = labelled_status.read(said, self.codes.layout, self.phrases, self.codes)
        heading = self._heading(" ".join(subject.split()), said[: min([*replies, end], default=0)])
        found = list(self._receipts(said, " ".join(subject.split()), heading, replies))
        found += sorted(
            (*self._coded(replies, heading, on), *self._english(blocks, heading, on)),
            key=lambda each: each.lines,
        )
        kept, faults = _bounded(found)
        if end < len(lines) and len(replies) == MOST_REPLIES:
            faults.append(f"more than {MOST_REPLIES} replies: nothing was read after line {end}")
        if len(blocks) == MOST_BLOCKS:
            faults.append(
                f"{MOST_BLOCKS} replies in words: nothing was read after line {blocks[-1].lines[-1] + 1}"
            )
        taken = {index for each in found for index in each.lines}
        prose = sum(1 for index, line in enumerate(said) if line and index not in taken)
        return LineReading(
            tuple(kept),
            prose,
            end,
            document_links.delivers_by_link(said, subject, self.codes.layout),
            tuple(faults),
        )

    def _receipts(
        self, said: Sequence[str], subject: str, heading: Ref, replies: dict[int, ReportLine]
    ) -> Iterator[Taken]:
        """Yield the receipt and, if it accepts, the single orders that it rejects.

        The lines of these orders are removed from ``replies``, where they would be unknown codes.
        """
        receipt = receipts.read(subject, said, heading, self.codes.layout, self._mask)
        if receipt is None:
            return
        yield receipt[0]
        if receipts.is_rejection(receipt[1]):
            return
        known = {index for index, line in replies.items() if line.found}
        about = receipt[1].ref or heading
        for one in receipts.single_rejections(said, about, known, self.codes.layout, self._mask):
            replies.pop(one.lines[0], None)
            yield one

    def _end(self, said: Sequence[str]) -> int:
        """Return the index of the line at which the report, or the writer's own text, ends."""
        stop = self.codes.layout.stop
        ends = (i for i, line in enumerate(said) if len(line) < LONGEST_LINE and stop.fullmatch(line))
        return min(next(ends, len(said)), quoted.begins(said, self.codes.layout.quoted))

    def _replies(self, said: Sequence[str]) -> tuple[dict[int, ReportLine], int]:
        """Return the replies by the index of their line, and where reading ended."""
        found: dict[int, ReportLine] = {}
        for index, line in enumerate(said):
            reply = report_lines.read(line, self.codes, self._words) if line else None
            if reply and len(found) == MOST_REPLIES:
                return found, index
            if reply:
                found[index] = reply
        return found, len(said)

    def _coded(self, replies: dict[int, ReportLine], heading: Ref, on: date | None) -> Iterator[Taken]:
        for index, line in replies.items():
            ref = replace(heading, number=line.number, order_line=line.order_line)
            if line.found:
                apdu = message_of(line.found, ref, line.printed, line.on, on)
                code = line.found.code
                yield Taken("reply", (index,), apdu, f"[[code]] {code.word}", code.overlaid, True, code.means)
            else:
                printed, means = self._mask(line.printed), self.codes.means(line.printed) or None
                row, own = "[layout] line", "line" in self.codes.layout.overlaid
                apdu = Message(ref=ref, reply_code=printed, note=means)
                yield Taken("unknown", (index,), apdu, row, own, False, means or "")

    def _english(self, blocks: Sequence[LabelledStatus], heading: Ref, on: date | None) -> Iterator[Taken]:
        """Yield the labelled statuses; a plain Message keeps no note, because its code is its content."""
        for block in blocks:
            ref = replace(heading, number=block.number, order_line=block.order_line)
            note = self._mask(block.status)
            if block.found is None:
                row, own = "[layout] status", "status" in self.codes.layout.overlaid
                yield Taken("twin", block.lines, Message(ref=ref, note=note), row, own, sure=False)
                continue
            apdu = message_of(block.found, ref, block.printed, None, on)
            if apdu.type is not ApduType.MESSAGE:
                apdu = replace(apdu, note=note)
            row = f"[[twin]] {block.phrase.word}" if block.phrase else f"[[code]] {block.found.code.word}"
            own = block.phrase.overlaid if block.phrase else block.found.code.overlaid
            yield Taken("twin", block.lines, apdu, row, own, True, block.found.code.means)

    def _heading(self, subject: str, lines: Sequence[str]) -> Ref:
        """Return customer code and file reference; the subject goes before the body."""
        places = [line[:LONGEST_LINE] for line in (subject, *[line for line in lines if line][:HEADING])]
        codes = (found[0] for line in places if (found := _CUSTOMER.search(line)))
        pattern = self.codes.layout.file_ref
        files = (named["file_ref"] for line in places if (named := pattern.search(line)))
        return Ref(customer_code=next(codes, ""), file_ref=next(files, ""))


def _bounded(found: Sequence[Taken]) -> tuple[list[Taken], list[str]]:
    """Keep each message once, and each number at most ``MOST_OF_ONE`` times."""
    kept: dict[tuple[bool, Apdu], Taken] = {}
    counted: Counter[str] = Counter()
    beyond: dict[str, None] = {}
    for each in found:
        number = each.apdu.ref.number if each.apdu.ref else ""
        if (each.sure, each.apdu) in kept:
            continue
        counted[number] += 1
        if counted[number] > MOST_OF_ONE:
            beyond[number] = None
            continue
        kept[each.sure, each.apdu] = each
    named = ", ".join(list(beyond)[:5])
    faults = [f"more than {MOST_OF_ONE} different replies to one order ({named})"] if beyond else []
    return list(kept.values()), faults
