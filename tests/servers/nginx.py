"""Debian's nginx on a loopback port, before a server of ours, with lines of our documents as they stand."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.servers.ports import free_port

PROGRAM = shutil.which("nginx") or "/usr/sbin/nginx"
_UPSTREAM = "http://127.0.0.1:8026"
_WHOLE = """\
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
{locations}
    }}
}}
"""


def missing_package() -> str | None:
    """Name the Debian package without which there is no nginx here."""
    return None if Path(PROGRAM).exists() else "nginx"


@contextmanager
def running(
    folder: Path, locations: str, upstream: int, passwords: Mapping[str, Mapping[str, str]]
) -> Iterator[int]:
    """Run it with these blocks; yield its port.

    ``passwords``: by the name of a file of the blocks, who has which.
    """
    assert _UPSTREAM in locations
    locations = locations.replace(_UPSTREAM, f"http://127.0.0.1:{upstream}")
    for name, persons in passwords.items():
        lines = (f"{login}:{{PLAIN}}{password}\n" for login, password in persons.items())
        (folder / name).write_text("".join(lines))
        locations = locations.replace(f"/etc/nginx/{name};", f"{folder}/{name};")
    assert not re.search(r"/etc/nginx", locations), "a file that the test does not have"
    port = free_port()
    (folder / "nginx.conf").write_text(_WHOLE.format(folder=folder, port=port, locations=locations))
    with (folder / "output").open("w") as output:
        command = [PROGRAM, "-p", str(folder), "-e", str(folder / "error.log"), "-c", "nginx.conf"]
        server = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            _wait(server, port, folder)
            yield port
        finally:
            server.kill()
            server.wait(10)


def _wait(server: "subprocess.Popen[bytes]", port: int, folder: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        log = (folder / "output").read_text()
        assert server.poll() is None, log
        assert time.monotonic() < deadline, log
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
