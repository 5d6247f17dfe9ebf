"""Limit what is kept of the messages of a letter (``ill/size_limits.py``)."""

from dataclasses import replace

from mailproc.ill.size_limits import bounded as bounded_apdu
from mailproc.ill.size_limits import too_long_name
from mailproc.protocols.codec import Decoded, Fault


def bounded(decoded: Decoded) -> Decoded:
    """Return the messages with fields cut to a readable length; a name too long for the store is a fault.

    (A codec that can answer has refused such names itself.)
    """
    refused = [Fault(None, why) for said in (*decoded.apdus, *decoded.unsure) if (why := too_long_name(said))]
    apdus, unsure = (
        tuple(bounded_apdu(one) for one in said if not too_long_name(one))
        for said in (decoded.apdus, decoded.unsure)
    )
    return replace(decoded, apdus=apdus, unsure=unsure, faults=(*decoded.faults, *refused))
