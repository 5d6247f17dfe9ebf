"""Give the source of each decision in the state tables, by the tag in the cell.

The full tables of ISO 10161-1 are not public. What public descriptions say is kept and marked with its
source; the rest is ours, found by trying both sides with messages that cross, overtake, get lost or arrive
twice (tests/ill/test_crossing.py).
"""

from collections.abc import Mapping
from types import MappingProxyType

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "K": "a published list of state transitions of the processing phase (k-int)",
        "D": "a published table of requester states under ISO 10161",
        "V": "public help pages of ILL systems (VDX, ILLiad)",
        "I": "inferred: by symmetry, or from the comments of the standard's ASN.1 module",
        "R": "a rule of our own",
        "N1": "a repeated Cancel is answered twice; nobody waits for the second answer",
        "N2": "what came while the cancellation was pending takes effect once it is refused",
        "N3": "a message about the item overtook Shipped, or Shipped was lost: the item was sent",
        "N4": "an answer of the processing phase that arrives late is a note, not an error",
        "N5": "Shipped arrives after a message or an action of a later phase",
        "N6": "Checked-In states that the lender has the item back: it ends what is open here",
        "N7": "a message about the item after the end: an item was sent and must be tracked",
        "N8": "a repeat of the same demand, loss or renewal",
        "N9": "a renewal ends the overdue state, but does not prove that we hold the item",
        "N10": "the item arrives while a renewal is pending or overdue: the state to return to changes",
        "N11": "asking or returning again must be possible, because the answer may have been lost",
        "N12": "nobody has named a condition, so there is none to answer",
        "N13": "a Cancel that overtakes its ILL-Request waits on the shelf for it",
        "N14": "Conditional-Reply comes after a Cancel, after the end, or twice",
        "N15": "a message about an item that was never recorded as shipped, or after our end: it was sent",
        "N16": "a repeated question is answered with the message that announced our present state",
        "N17": "a Cancel that crosses another message, or is doubled, is answered with the current state",
        "N18": "a Renew that crosses Recall, Lost or Checked-In is answered with the current state",
        "N19": "Lost crosses Checked-In, Received or Returned",
        "N20": "an offer with conditions may be withdrawn; a changed one waits for the reply to the first",
        "N21": "the lender renews without being asked",
        "N22": "the item was sent: no answer and no expiry can change that, staff must look",
        "N23": "there is no such transaction (yet): the message is shelved until its ILL-Request comes",
        "N24": "the item has arrived here although the transaction had ended",
        "N25": "an item that was declared lost has been found",
    }
)
