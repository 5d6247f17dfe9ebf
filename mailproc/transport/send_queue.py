"""What of our octets the other host has not acknowledged yet: "written" is not "received" (tcp(7))."""

import array
import fcntl
import termios


def octets_unsent(descriptor: int) -> int:
    """Return how many octets in the kernel's send queue wait for an acknowledgement. Raise OSError."""
    unsent = array.array("i", [0])
    fcntl.ioctl(descriptor, termios.TIOCOUTQ, unsent)
    return unsent[0]
