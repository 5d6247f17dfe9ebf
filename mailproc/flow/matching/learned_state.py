"""Messages that nobody has sent: the hub told a state, and its codec has made of it what makes that state."""

from mailproc.ill.apdu import Apdu

AT = "Current-state"
"""Where such a message keeps the code (``Apdu.extensions``)."""


def is_learned(apdu: Apdu) -> bool:
    """Return whether the message was made of a state that the hub told."""
    return any(entry.get("at") == AT for entry in apdu.extensions)
