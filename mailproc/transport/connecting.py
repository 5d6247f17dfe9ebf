"""Connect to a server by its name within a time that ends: the look-up of the name counts too."""

import socket
import time

from mailproc.transport.time_limit import addresses


def connected(host: str, port: int, timeout: float, longest: float) -> socket.socket:
    """Connect to the first address that answers; the line waits ``timeout`` seconds for each octet.

    The name has ``timeout`` to be looked up, as each address has to answer. Raise OSError and UnicodeError;
    TimeoutError once ``longest`` is over.
    """
    until = time.monotonic() + longest
    last: OSError = TimeoutError()
    for found in addresses(host, port, min(timeout, longest)):
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        try:
            line = socket.create_connection((found, port), min(timeout, left))
        except OSError as error:
            last = error
            continue
        line.settimeout(timeout)
        return line
    raise last
