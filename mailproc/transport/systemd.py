"""What the service tells systemd: sd_notify(3), a datagram of lines to the socket that $NOTIFY_SOCKET names.

Own code: it is one datagram, and the packages that send it want a C compiler or have no maintainer.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


def tell(*lines: str) -> None:
    """Send these lines ("READY=1"). Without systemd nothing happens; trouble with it is nobody's."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address[:1] not in ("/", "@"):
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.settimeout(1)
        line.connect(f"\0{address[1:]}" if address.startswith("@") else address)
        line.send("\n".join(lines).encode())


def watchdog_seconds() -> float | None:
    """Say how often systemd expects WATCHDOG=1, at least; None if it does not."""
    asked, process = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not asked.isdecimal() or process not in ("", str(os.getpid())):
        return None
    return int(asked) / 1_000_000


@contextmanager
def reloading() -> Iterator[None]:
    """Tell RELOADING=1 before, with the time that Type=notify-reload compares (MONOTONIC_USEC), and READY=1
    afterwards."""
    tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")
    try:
        yield
    finally:
        tell("READY=1")


@contextmanager
def kept_alive() -> Iterator[None]:
    """Tell WATCHDOG=1 from a thread of its own meanwhile: for what may take long, such as a migration."""
    seconds = watchdog_seconds()
    if seconds is None:
        yield
        return
    over = threading.Event()
    thread = threading.Thread(target=_tell_alive, args=(over, seconds / 2), name="alive", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _tell_alive(over: threading.Event, pause: float) -> None:
    tell("WATCHDOG=1")
    while not over.wait(pause):
        tell("WATCHDOG=1")
