"""The first half of intake: what a letter says and who brought it. Pure: no store.

Whatever a letter's bytes are, the answer is a ``Reading``; nothing is thrown at the station.
"""

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime
from hmac import compare_digest

from sqlalchemy import RowMapping

from mailproc.config import Partner
from mailproc.errors import Misconfigured, RemoteFault
from mailproc.flow.partners import Sender, account, ascii_lower, proof
from mailproc.flow.premises import Premises
from mailproc.mail.bounce import Bounce
from mailproc.mail.bounce import read as read_bounce
from mailproc.mail.letter import Letter
from mailproc.mail.parse import parse
from mailproc.protocols.codec import Codec, Credentials, Decoded

_log = logging.getLogger(__name__)

RELEASED = "released"
"""The ``proof`` of a letter that staff released from the shelf."""


@dataclass(frozen=True)
class Reading:
    """``refused``: why the letter goes on the shelf, '' if it does not. ``alarm``: tell staff.

    ``sharers``: the partners who write from this address, where only the store can tell whose it is;
    ``partner`` is None then. ``otherwise``: why it goes on the shelf if no number in it is ours.
    """

    inbox_id: int
    digest: str
    received_at: datetime
    letter: Letter
    bounce: Bounce | None = None
    codec: str = ""
    partner: Partner | None = None
    sharers: tuple[Partner, ...] = ()
    proof: str = ""
    decoded: Decoded = field(default_factory=Decoded)
    refused: str = ""
    alarm: str = ""
    otherwise: str = ""
    unproven: bool = False


def read(row: RowMapping, premises: Premises) -> Reading:
    """What the inbox row's letter says. A bug in a reader shelves the letter, with a traceback; so does
    a mistake in a site's tables, with its sentence."""
    letter = parse(bytes(row["raw"]))
    reading = Reading(row["id"], row["digest"], row["received_at"], letter)
    try:
        return _read(reading, row, premises)
    except Misconfigured as fault:  # a table of the site's own, which only this letter puts to the test
        _log.error("I%s could not be read: %s", row["id"], fault)
        return replace(reading, refused=str(fault), alarm="unreadable")
    except Exception as error:  # any bytes at all may come: a bug in a reader must harm one letter only
        _log.exception("I%s could not be read", row["id"])
        return replace(reading, refused=f"a fault of this program while reading: {type(error).__name__}")


def _read(reading: Reading, row: RowMapping, premises: Premises) -> Reading:
    letter = reading.letter
    bounce = read_bounce(letter)
    if bounce is not None:
        return replace(reading, bounce=bounce)
    codec = premises.registry.recognise(letter)
    sender = _sender(row, letter)
    claimants = premises.partners.claimed_by(sender)
    released = row["proof"] == RELEASED
    if row["partner"] and released:
        vouched = premises.partners.get(row["partner"])
        claimants = (vouched,) if vouched else ()
    found = replace(reading, codec=codec.name if codec else "", partner=_only(claimants))
    proofs = {one.symbol: RELEASED if released else proof(one, sender) for one in claimants}
    proven = tuple(one for one in claimants if proofs[one.symbol])
    if codec is None:  # a partner's letter that no machine reads is for a person, the same day
        written = bool(claimants) and not letter.auto_submitted.startswith("auto-replied")
        nobodys = replace(found, refused=_nobodys(letter), alarm="unreadable" if written else "")
        return _perhaps(nobodys, proven, proofs, premises)
    if not proven:
        return replace(found, refused=unproven(letter.sender), alarm="unproven", unproven=not claimants)
    return _decoded(replace(found, proof=proofs[proven[0].symbol]), codec, proven)


def _perhaps(
    nobodys: Reading, proven: tuple[Partner, ...], proofs: dict[str, str], premises: Premises
) -> Reading:
    """A letter that only its sender makes a message, if it names a request of ours; else nobody's."""
    codec = premises.registry.perhaps(nobodys.letter) if proven else None
    speakers = tuple(one for one in proven if codec is not None and one.codec == codec.name)
    if codec is None or not speakers:
        return nobodys
    said = replace(nobodys, codec=codec.name, proof=proofs[speakers[0].symbol], refused="")
    return replace(_decoded(said, codec, speakers), otherwise=nobodys.refused)


def unproven(sender: str) -> str:
    """Why a letter of ``sender`` lies on the shelf."""
    return f"unproven sender {sender or '(none)'}"


def _only(partners: tuple[Partner, ...]) -> Partner | None:
    return partners[0] if len(partners) == 1 else None


def _decoded(reading: Reading, codec: Codec, partners: tuple[Partner, ...]) -> Reading:
    """``partners``: who it may be, each of them proven."""
    reading = replace(reading, partner=_only(partners))
    try:
        decoded = codec.decode(reading.letter)
    except RemoteFault as fault:
        return replace(reading, refused=str(fault), alarm="unreadable")
    if (said := decoded.credentials) is not None:
        names = " or ".join(one.symbol for one in partners)
        partners = tuple(one for one in partners if _admits(one, said))
        if not partners:
            why = f"the customer code {said.customer_code} and its password are not those of {names}"
            return replace(reading, refused=why, alarm="file-refused")
    if not (decoded.apdus or decoded.unsure or decoded.faults or said):
        return replace(reading, refused="nothing in it could be read as a message", alarm="unreadable")
    whose = _only(partners)
    return replace(reading, decoded=decoded, partner=whose, sharers=() if whose else partners)


def _admits(partner: Partner, said: Credentials) -> bool:
    """Customer code and password of a customer's account, compared in constant time.

    Where the layout has no password, the code alone must be one of the sender's.
    """
    known = account(partner, "in", said.customer_code)
    if said.password is None:
        return known is not None
    password = known.password.get_secret_value() if known else "no account of this code"
    same = compare_digest(password.encode(), said.password.encode())
    return same and known is not None


def _sender(row: RowMapping, letter: Letter) -> Sender:
    by_listener = row["door"] in ("listener", "inject")
    envelope = row["mail_from"] if by_listener else letter.return_path
    if by_listener and row["door"] == "inject" and not envelope:
        envelope = None
    return Sender(row["door"], ascii_lower(envelope) if envelope else envelope, letter.sender, row["peer"])


def _nobodys(letter: Letter) -> str:
    if letter.auto_submitted.startswith("auto-replied"):
        return "an automatic reply that no protocol knows"
    return "no protocol knows this letter"
