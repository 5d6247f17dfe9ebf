"""HOOK: calls of hooks, written with steps of staff, made to a receiver on this machine.

The receiver is a process of its own (`python -m bench.hooks`), which answers each POST. The calls are those
of one hook with as many at once as config.toml allows by default, each of another request.
"""

import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from bench import app, child
from bench.figures import Figures, Goal, Suite
from mailproc.app.hook_deliverers import deliverers
from mailproc.flow.call import HookCaller
from mailproc.ill.hook_sample import sample
from mailproc.store import hook_calls
from mailproc.store.hook_calls import NewHookCall

CALLS = 2_000
EVENT = "REQUESTER.receive"
ANSWER = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

GOALS = (Goal("HOOK", f"{CALLS:,} calls of a hook to a local receiver", "ours", "", 200),)


def measure(calls: int = CALLS) -> Figures:
    with _receiver() as port, app.folder() as folder:
        hook = f'[[hook]]\nname = "ils"\nevents = ["{EVENT}"]\nurl = "http://127.0.0.1:{port}/"\n'
        with app.opened(folder, more=hook) as home:
            home.store.start_writer()
            home.store.write(lambda connection: [hook_calls.add(connection, _call(n)) for n in range(calls)])
            caller = HookCaller(home.store, home.context, deliverers(home))
            begun = time.perf_counter()
            if caller.run() != calls:
                raise SystemExit("not all calls were made")
            took = time.perf_counter() - begun
            with home.store.read() as connection:
                if hook_calls.in_state(connection, ("prepared", "sending", "shelved", "in_doubt")):
                    raise SystemExit("not all calls were taken")
    return {"ours": calls / took}


def _call(number: int) -> NewHookCall:
    at = datetime.now(UTC)
    return NewHookCall(
        hook="ils", kind="http", request_id=number, transaction_id=number, event_id=number, event=EVENT,
        key=f"key-{number}", payload=sample(EVENT, at.isoformat()), written_at=at,
    )  # fmt: skip


@contextmanager
def _receiver() -> Any:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.hooks"], cwd=child.ROOT, text=True, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate()


def main() -> None:
    """Answer each POST: its head and its body come in one or two pieces."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            line, _ = server.accept()
            with line:
                said = b""
                while b"\r\n\r\n" not in said:
                    said += line.recv(65_536)
                head, _, body = said.partition(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
                while len(body) < length:
                    body += line.recv(65_536)
                line.sendall(ANSWER)


SUITE = Suite(GOALS, measure)

if __name__ == "__main__":
    main()
