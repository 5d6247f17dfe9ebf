"""The desk in a process of its own, over a store that is there, with or without the SMTP listener.

    python -m bench.desk_served FOLDER [listener]

Prints a JSON object: ``port`` of the desk, ``smtp`` of the listener (0 without), ``token`` of a session,
``rss`` in MB before the desk was loaded. A line on its stdin asks for the memory now; it ends with its stdin.
"""

import json
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from bench import app
from mailproc.config import Listen, Web
from mailproc.office.desk.staff_desk import StaffDesk
from mailproc.office.staff import people
from mailproc.office.staff.people import StaffRole
from mailproc.store import inbox
from mailproc.transport.smtp_in import Listener

PASSWORD = "a long enough one"


def rss() -> float:
    """Return this process's memory now, in MB."""
    line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) / 1000


def main(folder: str, *more: str) -> None:
    with app.opened(Path(folder)) as home, ExitStack() as stack:
        home.store.start_writer()
        smtp = 0
        if "listener" in more:
            keep = lambda letters: home.store.submit(lambda connection: inbox.keep(connection, letters))  # noqa: E731
            listener = Listener(Listen(port=0), app.everybody(), keep, lambda: datetime.now(UTC))
            smtp = listener.start()
            stack.callback(listener.stop)
        before = rss()
        from mailproc.transport.http_server import HttpServer
        from mailproc.web import site

        desk = StaffDesk(home.store, home.context)
        if all(one.login != "bench" for one in people.listed(home.store)):
            people.add(home.store, home.context, "bench", "B. Ench", StaffRole.KEEP, PASSWORD)
        token = desk.sessions.begin("bench", PASSWORD, "127.0.0.1")
        server = HttpServer(site.application(desk, Web(enabled=True)), "127.0.0.1", 0)
        _, port = server.start()
        stack.callback(server.stop)
        print(json.dumps({"port": port, "smtp": smtp, "token": token, "rss": before}), flush=True)
        for _ in sys.stdin:
            print(rss(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
