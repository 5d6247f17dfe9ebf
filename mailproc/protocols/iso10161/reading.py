"""From a tree to the neutral APDU.

What is not vital and cannot be read is kept (``unmapped``) with the reason; the message is taken. Lost
on purpose is only: which of the two string types a text had, blanks around a text and the kind of
its line ends, who else stands in a recipient-info, what DEFAULT components say by default, empty
texts and lists, and the way a number, a date or the word for mail was written.
"""

from typing import Any

from mailproc.errors import RemoteFault
from mailproc.ill.apdu import APDU_CLASSES, Apdu
from mailproc.ill.terms import ApduType
from mailproc.protocols.iso10161.fields import delivery_info, unmapped
from mailproc.protocols.iso10161.fields.apdu_fields import KINDS, ApduFields, said
from mailproc.protocols.iso10161.fields.field_codec import Tree, read_fields


def apdu(kind: ApduType, tree: Tree) -> Apdu:
    """Raises RemoteFault where something is missing or senseless without which nothing can be done."""
    how = KINDS[kind]
    tree = delivery_info.lifted(tree, how.extensions)
    unread: dict[str, str] = {}
    values = read_fields(how.fields, tree, unread)
    if how.read is not None:
        how.read(tree, values, unread)
    _check(kind, how, values, unread)
    read: Apdu = APDU_CLASSES[kind](**values)
    if extensions := unmapped.kept(tree, said(read), unread):
        read = APDU_CLASSES[kind](**values, extensions=extensions)
    return read


def _check(kind: ApduType, how: ApduFields, values: dict[str, Any], unread: dict[str, str]) -> None:
    for name in ("transaction", *how.needs):
        if name in values:
            continue
        at = next("/".join(field.at) for field in how.fields if field.name == name)
        expected = f": {unread[at]} was expected" if at in unread else ""
        raise RemoteFault(f"{kind.name}: nothing readable stands in {at}{expected}")
