"""Where each decision in the state tables comes from, by the tag that stands in the cell.

The full tables of ISO 10161-1 are not public. What public descriptions say is kept and
marked with its source; the rest is ours, found by walking both sides with letters that
cross, overtake, get lost or arrive twice (tests/ill/test_crossing.py).
"""

from collections.abc import Mapping
from types import MappingProxyType

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "K": "a published list of state transitions of the processing phase (k-int)",
        "D": "a published table of requester states under ISO 10161",
        "V": "public help pages of ILL systems (VDX, ILLiad)",
        "I": "inferred: by symmetry, or from the comments of the standard's ASN.1 module",
        "R": "a rule of ours",
        "N1": "a doubled or repeated Cancel is answered twice; the second answer finds nobody waiting",
        "N2": "what came while the cancellation was pending counts once the cancellation is refused",
        "N3": "a letter about the item overtook Shipped, or Shipped was lost: the item is out",
        "N4": "an answer of the processing phase that arrives late is a note, not an error",
        "N5": "Shipped arrives after a letter or an act of a later phase",
        "N6": "Checked-In is the owner's word that the item is home: it closes what is open with us",
        "N7": "a letter about the item after the end: a real item is out and must be tracked",
        "N8": "the same demand, loss or renewal once more",
        "N9": "a renewal lifts the overdue, it does not prove that we hold the item",
        "N10": "the item arrives while a renewal is pending or late: where the answer leads back to moves",
        "N11": "asking or returning once more must be possible, for the answer may have been lost",
        "N12": "nobody has named a condition, so there is none to answer",
        "N13": "a Cancel that overtakes its ILL-Request waits for it on the shelf",
        "N14": "Conditional-Reply comes after a Cancel, after the end, or twice",
        "N15": "the borrower speaks of an item that we never ticked as shipped, or after our end: it is out",
        "N16": "a repeated question is answered with the letter that announced our present state",
        "N17": "a Cancel that crosses or is doubled is answered with what is true now",
        "N18": "a Renew that crosses Recall, Lost or Checked-In is answered with what is true now",
        "N19": "Lost crosses Checked-In, Received or Returned",
        "N20": "an offer with conditions may be withdrawn; changed ones wait for the reply to the first",
        "N21": "the lender renews unasked",
        "N22": "the item is out: no answer and no expiry can end that, staff must look",
        "N23": "there is no such transaction (yet): the letter is shelved until its ILL-Request comes",
        "N24": "the item lies on our desk although the transaction had ended",
        "N25": "what was given up as lost has been found",
    }
)
