"""``python -m mailproc.practice``: the practice world for a program to drive, as ``demo`` does.

Commands on standard input (see ``world``), happenings on standard output as JSON, one object
a line: ``{"event": "came", "number": "B1-1", …}``; the first is ``ready`` with the ports.
Passwords come from the environment (``world.PASSWORDS``).
"""

import json
import os
import signal
import sys

from mailproc.errors import LocalFault
from mailproc.practice.world import PASSWORDS, Ground, World


def tell(event: str, **particulars: object) -> None:
    sys.stdout.write(json.dumps({"event": event, **particulars}) + "\n")
    sys.stdout.flush()


def main() -> int:
    try:
        ground = Ground({who: os.environ[name] for who, name in PASSWORDS.items()})
        world = World(ground, tell)
        for asked in (signal.SIGTERM, signal.SIGINT):  # in order: nothing of it stays in the folder for such
            signal.signal(asked, lambda _signal, _frame: world.stop())
        world.run(sys.stdin)
    except KeyError as missing:
        sys.stderr.write(f"The environment variable {missing.args[0]} is not set.\n")
    except LocalFault as fault:
        sys.stderr.write(f"{fault}\n")
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
