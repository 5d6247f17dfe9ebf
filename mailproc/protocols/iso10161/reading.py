"""Turn a tree into the neutral APDU.

A component that is not vital and cannot be read is kept (``unmapped``) with the reason; the message is still
accepted. Deliberately lost are only: which of the two string types a text had, blanks around a text and the
kind of its line ends, other entries of a recipient-info, DEFAULT components, empty texts and lists, and how a
number, a date or the name of the mail service was spelled.
"""

from typing import Any

from mailproc.errors import RemoteFault
from mailproc.ill.apdu import APDU_CLASSES, Apdu
from mailproc.ill.terms import ApduType
from mailproc.protocols.field_codec import Tree, read_fields
from mailproc.protocols.iso10161.fields import delivery_info, unmapped
from mailproc.protocols.iso10161.fields.apdu_fields import KINDS, ApduFields, said


def apdu(kind: ApduType, tree: Tree) -> Apdu:
    """Return the APDU. Raise RemoteFault if something vital is missing or unreadable."""
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
