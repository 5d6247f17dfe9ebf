"""Turn a tree into the neutral APDU.

What cannot be read and is not vital is kept (``unmapped``) with the reason. Lost are only: blanks around a
text, how a number, a day or an amount was spelled, empty elements, and what each message says of itself
(``@id``).
"""

from contextlib import suppress
from typing import Any

from mailproc.errors import LocalFault, RemoteFault
from mailproc.ill.apdu import APDU_CLASSES, Apdu
from mailproc.ill.terms import ApduType
from mailproc.protocols.field_codec import Tree, read_fields
from mailproc.protocols.illsbn import unmapped
from mailproc.protocols.illsbn.message_fields import KINDS, MessageFields, said


def apdu(kind: ApduType, tree: Tree) -> Apdu:
    """Return the APDU. Raise RemoteFault if something vital is missing or unreadable."""
    how = KINDS[kind]
    unread: dict[str, str] = {}
    values = read_fields(how.fields, tree, unread)
    if how.read is not None:
        how.read(tree, values, unread)
    _check(how, values, unread)
    read: Apdu = APDU_CLASSES[kind](**values)
    if extensions := unmapped.kept(tree, _completed(read), unread):
        read = APDU_CLASSES[kind](**values, extensions=extensions)
    return read


def _completed(read: Apdu) -> Tree:
    """Return what we would write for it: what each message must have need not be kept."""
    complete, tree = KINDS[read.type].complete, said(read)
    if complete is not None:
        with suppress(LocalFault):  # what is missing is not there to be kept
            complete(read, tree)
    return tree


def _check(how: MessageFields, values: dict[str, Any], unread: dict[str, str]) -> None:
    if "Transaction-Id" in unread:
        raise RemoteFault(f"{how.element}: Transaction-Id: {unread['Transaction-Id']} was expected")
    for name in how.needs:
        if name not in values:
            at = next(("/".join(field.at) for field in how.fields if field.name == name), "Answer-type")
            expected = f": {unread[at]} was expected" if at in unread else ""
            raise RemoteFault(f"{how.element}: nothing readable stands in {at}{expected}")
