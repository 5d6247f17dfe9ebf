"""A library that lends to us: reads our order files, answers by its script."""

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from mailproc.practice import scripts
from mailproc.practice.order_file import (
    BadOrderFile,
    NoOrderFile,
    ReceivedOrder,
    ReceivedOrderFile,
    letter_of,
    read,
    sender_of,
)

Tell = Callable[..., None]
"""Takes the name of a happening and its particulars: ``tell("came", number="B1-1", …)``."""


@dataclass(frozen=True)
class Answer:
    """A letter to be sent. ``kind`` "receipt", "report" or "message"; ``both``: by both doors;
    ``raw``: the letter itself, where it is written already; ``bare``: that is a message for our TCP port."""

    sender: str
    to: str
    subject: str
    text: str
    kind: str = "report"
    both: bool = False
    raw: bytes = b""
    bare: bool = False


class Supplier:
    """``accounts``: customer code to password. ``choose`` picks the script of an order."""

    def __init__(
        self,
        name: str,
        address: str,
        accounts: Mapping[str, str],
        choose: Callable[[Sequence[str]], scripts.Script],
        tell: Tell,
        today: Callable[[], date] = date.today,
    ) -> None:
        self.name = name
        self.address = address
        self._accounts = accounts
        self._choose = choose
        self._tell = tell
        self._today = today
        self._orders: dict[str, tuple[ReceivedOrder, ReceivedOrderFile, scripts.Script]] = {}

    def take(self, raw: bytes) -> list[Answer]:
        """A letter came: the receipt, then what the orders in it call for."""
        try:
            file = read(raw)
        except NoOrderFile:
            self._tell("letter", player=self.name, subject=str(letter_of(raw)["Subject"]))
            return []
        except BadOrderFile as fault:
            return self._refuse(sender_of(letter_of(raw)), "", str(fault))
        if not hmac.compare_digest(self._accounts.get(file.customer_code, ""), file.password):
            text = "Line 2: customer code and authorisation code do not match"
            return self._refuse(file.sender, file.file_ref, text)
        return [self._receipt(file), *self._answers(file)]

    def go(self, number: str, cue: str) -> list[Answer]:
        """A person's cue for an order: ``number`` is ours (B2) or as on the wire (B2-1)."""
        found = [wire for wire in self._orders if number in (wire, wire.rpartition("-")[0])]
        if not found:
            return []
        order, file, script = self._orders[found[-1]]
        if cue not in script.cues:
            known = ", ".join(script.cues) or "none"
            self._tell("unknown-cue", player=self.name, number=order.number, cue=cue, cues=known)
            return []
        return self._letters(file, [(order, reply) for reply in script.answers(cue, order.service)])

    def knows(self, number: str) -> bool:
        return any(number in (wire, wire.rpartition("-")[0]) for wire in self._orders)

    def _refuse(self, to: str, file_ref: str, text: str) -> list[Answer]:
        self._tell("refused", player=self.name, file_ref=file_ref, text=text)
        return [Answer(self.address, to, f"FILEREFNO {file_ref} rejected", text, "receipt")]

    def _receipt(self, file: ReceivedOrderFile) -> Answer:
        count = len(file.orders)
        subject = f"FILEREFNO {file.file_ref} accepted - {count} order{'' if count == 1 else 's'}"
        return Answer(self.address, file.sender, subject, subject, "receipt")

    def _answers(self, file: ReceivedOrderFile) -> list[Answer]:
        said: list[tuple[ReceivedOrder, scripts.Reply]] = []
        for order in file.orders:
            cue = scripts.CANCEL if order.cancels else scripts.ORDER
            self._tell("came", player=self.name, what=cue, number=order.number, lines=order.lines)
            said += [(order, reply) for reply in self._script_says(order, file)]
        return self._letters(file, said)

    def _script_says(self, order: ReceivedOrder, file: ReceivedOrderFile) -> Iterable[scripts.Reply]:
        if not order.cancels:
            script = self._choose(order.lines)
            self._orders[order.number] = (order, file, script)
            return script.answers(scripts.ORDER, order.service)
        known = self._orders.get(order.number)
        if known is None:
            return (scripts.Reply(scripts.CANCEL, "NCANC"),)
        first, _, script = known
        # What no script foresees cannot be cancelled, as at the British Library itself,
        # which cancels only what is on a waiting list.
        default = () if script.silent else (scripts.Reply(scripts.CANCEL, "NCANC"),)
        return script.answers(scripts.CANCEL, first.service) or default

    def _letters(
        self, file: ReceivedOrderFile, said: Sequence[tuple[ReceivedOrder, scripts.Reply]]
    ) -> list[Answer]:
        """All plain answers in one report, as the real one sends them; the odd ones apart."""
        plain = [(order, reply) for order, reply in said if not reply.both and not reply.text]
        letters = [self._report(file, plain)] if plain else []
        for order, reply in said:
            if reply.text:
                letters.append(Answer(self.address, file.sender, "Replies", reply.text))
            elif reply.both:
                letters.append(self._report(file, [(order, reply)], both=True))
        return letters

    def _report(
        self, file: ReceivedOrderFile, said: Sequence[tuple[ReceivedOrder, scripts.Reply]], both: bool = False
    ) -> Answer:
        heading = f"REPLIES FOR {file.customer_code}   {self._today():%d-%m-%Y}"
        lines = [f"{order.number:<11} {self._code(reply)}" for order, reply in said]
        subject = f"Replies FILEREFNO {file.file_ref}" if file.file_ref else "Replies"
        return Answer(self.address, file.sender, subject, "\n".join([heading, "", *lines]), both=both)

    def _code(self, reply: scripts.Reply) -> str:
        renewed = self._today() + timedelta(weeks=12)
        return reply.say.format(renewed=f"{renewed:%d-%m-%Y}")
