"""Refuse messages with a critical extension that is unknown here.

The public parts of the standard (Extension.critical) do not say what to answer; we report the general problem
"other". Extensions that a site accepts are listed in ``iso10161.critical``. APDU-Delivery-Info never comes
here, because it is understood (``delivery_info``).
"""

from base64 import b64decode
from collections.abc import Collection, Iterator
from typing import Any

from mailproc.errors import RemoteFault
from mailproc.ill.apdu import Apdu, Report, StatusOrErrorReport
from mailproc.protocols.codec import Fault
from mailproc.protocols.iso10161 import wire

ANY = "*"
_REGISTERED = 1
"""The identifier of an extension that is named by an object identifier in its EXTERNAL."""


def fault(apdu: Apdu, taken: Collection[str]) -> Fault | None:
    """Return what is wrong with ``apdu``; None without a critical extension, or if ``taken`` lists it."""
    if ANY in taken:
        return None
    unknown = [name for name in _critical(apdu) if name not in taken]
    if not unknown:
        return None
    text = f"{apdu.type.name}: the extension {unknown[0]} is critical, and means nothing here"
    return Fault(None, text, unit=wire.UNIT, answer=_report(apdu, text))


def _critical(apdu: Apdu) -> Iterator[str]:
    """Yield the names of the critical extensions: an object identifier, else the identifier's number."""
    for entry in apdu.extensions:
        if str(entry["at"]).endswith("-extensions"):
            yield from (_name(one) for one in entry["value"] if one["critical"])


def _name(extension: dict[str, Any]) -> str:
    from mailproc.protocols.iso10161.ber import schema

    if extension["identifier"] == _REGISTERED:
        try:
            named = schema.decode_external(b64decode(extension["ber"])).get("direct-reference")
        except RemoteFault:
            named = None
        if named:
            return str(named)
    return str(extension["identifier"])


def _report(apdu: Apdu, why: str) -> StatusOrErrorReport | None:
    if isinstance(apdu, StatusOrErrorReport):
        return None  # a report is never answered by a report
    named = f"{apdu.type.name} {apdu.sent_at.isoformat() if apdu.sent_at else ''}".strip()
    report = Report(kind="error", source="provider", correlation=named, problem="other")
    return StatusOrErrorReport(
        transaction=apdu.transaction,
        requester=apdu.requester,
        responder=apdu.responder,
        note=why,
        report=report,
    )
