"""What is done with each letter, and what must be true of it: the way of a letter up to the store."""

import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from fuzz import proofs
from mailproc.config import Account, Config, Partner, PartnerArtemail
from mailproc.errors import RemoteFault
from mailproc.flow.reading import bounced_letters
from mailproc.ill import apdu_json
from mailproc.ill.terms import Role
from mailproc.mail import addresses, bounce, headers
from mailproc.mail.defects import Defects
from mailproc.mail.letter import Letter
from mailproc.mail.own_letters import own_ids
from mailproc.mail.parse import parse, readable
from mailproc.protocols.codec import Codec, Decoded
from mailproc.protocols.registry import load

PASSWORD = "PW0001XQ"  # noqa: S105  # of nobody
US = "ill@library.example"
_ADDRESSES = ("from", "sender", "return-path")  # ``parse`` reads the others in any header
SECONDS = 0.5
"""Processor time of one letter of at most 32 kB. The slowest sample takes a tenth of it."""


@dataclass(frozen=True)
class Find:
    """``kind`` names the fault in one word and is the same for the same place in the code."""

    kind: str
    text: str


class Target:
    """Every reader that a stranger's letter meets, as configured for two partners."""

    def __init__(self) -> None:
        self.registry = load(_config())

    def check(self, raw: bytes) -> Find | None:
        """None where all that must hold does."""
        try:
            took, broken = self._timed(raw)
            if took > SECONDS:  # once may be the collection of a large heap, or what is made at first use
                took, broken = self._timed(raw)
        except Exception as error:  # this is what is looked for
            return Find(_place(error), traceback.format_exc())
        if took > SECONDS:
            return Find("slow", f"{took:.2f} s for {len(raw)} octets")
        return Find(broken.split(":")[0].replace(" ", "-"), broken) if broken else None

    def _timed(self, raw: bytes) -> tuple[float, str]:
        begun = time.thread_time()
        broken = self._read(raw)
        return time.thread_time() - begun, broken

    def _read(self, raw: bytes) -> str:
        letter = parse(raw)
        bounce.read(letter)
        bounced_letters.marks(US, letter)
        readable(letter)
        letter.content_digest()
        own_ids(letter, (US,))
        proofs.held(raw, letter.sender)
        broken = _of_addresses(raw)
        self.registry.mask(raw)
        reader = self.registry.recognise(letter) or self.registry.perhaps(letter)
        return broken or self._said(letter, reader)

    def _said(self, letter: Letter, reader: Codec | None) -> str:
        try:
            return _strings(letter) or (_decoded(reader.decode(letter)) if reader else "")
        except RemoteFault:  # the one exception that a codec may raise
            return ""


def _of_addresses(raw: bytes) -> str:
    """Of the address fields by themselves, also of a header in which ``parse`` names no sender."""
    header, _ = headers.split(raw, Defects())
    said = [addresses.author(header.get("from", []), Defects())]
    for name in _ADDRESSES:
        fields = header.get(name, [])
        said += [*addresses.mailboxes(fields, Defects()), *(addresses.only(field) for field in fields)]
    said += [addresses.bare(one) for one in said]
    return next((f"not storable: {one!r}" for one in said if not _storable(one) or "\n" in one), "")


def _decoded(decoded: Decoded) -> str:
    for apdu in (*decoded.apdus, *decoded.unsure):
        said = apdu_json.to_json(apdu)
        if apdu_json.from_json(said) != apdu:
            return f"lost in JSON: {apdu}"
        if not _storable(str(said)):
            return f"not storable: {apdu}"
    return ""


def _strings(letter: Letter) -> str:
    words = (letter.subject, letter.sender, letter.message_id, *letter.to, *letter.in_reply_to)
    return next((f"not storable: {word!r}" for word in words if not _storable(word) or "\n" in word), "")


def _storable(word: str) -> bool:
    """PostgreSQL takes no NUL, and UTF-8 no half of a character."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in word


def _place(error: Exception) -> str:
    """The exception and the line of ours in which it was raised."""
    frames = [one for one in traceback.extract_tb(error.__traceback__) if "/mailproc/" in one.filename]
    where = f"{Path(frames[-1].filename).stem}-{frames[-1].name}" if frames else "elsewhere"
    return f"{type(error).__name__}-{where}"


def _config() -> Config:
    def partner(symbol: str, role: Role, direction: str, code: str) -> Partner:
        account = Account(direction=direction, customer_code=code, password=SecretStr(PASSWORD))  # type: ignore[arg-type]
        return Partner(
            symbol=symbol,
            address=f"ill@{symbol.lower()}.example",
            roles=(role,),
            artemail=PartnerArtemail(account=(account,)),
        )

    ours = partner("XX-BL", Role.RESPONDER, "out", "99-0001")
    theirs = partner("XX-CUSTOMER", Role.REQUESTER, "in", "99-0002")
    return Config(partner=(ours, theirs))
