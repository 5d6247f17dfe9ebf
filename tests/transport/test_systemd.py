"""What is said to systemd: a datagram to a socket in a folder or in the abstract namespace; nothing waits."""

import os
import socket
from pathlib import Path

import pytest

from mailproc.transport import systemd


@pytest.mark.parametrize("abstract", [True, False])
def test_each_kind_of_socket_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, abstract: bool) -> None:
    name = f"mailproc-{os.getpid()}" if abstract else str(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}" if abstract else name)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{name}" if abstract else name)
        manager.settimeout(5)
        systemd.tell("READY=1", "STATUS=at work")
        assert manager.recv(999) == b"READY=1\nSTATUS=at work"


def test_a_manager_that_does_not_read_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = str(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", name)
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other,
    ):
        manager.bind(name)
        other.setblocking(False)
        with pytest.raises(BlockingIOError):
            while True:
                other.sendto(b"x", name)
        systemd.tell("READY=1")  # would wait for ever


@pytest.mark.parametrize("address", ["", "notify", "/no/such/socket"])
def test_without_a_socket_nothing_happens(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    systemd.tell("READY=1")
