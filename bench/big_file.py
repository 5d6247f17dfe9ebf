"""BIG: an order file of ten thousand orders, as a library that changes its system sends one.

Decoded as the codec is asked to; then from its inbox row to the last step's commit, as the daemon's
stations work it off.
"""

import time

from bench import app, letters
from bench.figures import Figures, Goal, Suite
from mailproc.flow.advance import station as advance
from mailproc.flow.intake import station as intake
from mailproc.mail.parse import parse
from mailproc.store import inbox
from mailproc.store.inbox import NewLetter

ORDERS = 10_000

GOALS = (
    Goal("BIG", f"a file of {ORDERS:,} orders, recognised and decoded", "decoded", "", 2, "s", at_most=True),
    Goal("BIG", "its orders, from the inbox row to the last step's commit", "applied", "", 300),
)


def measure() -> Figures:
    customer = app.customers()[0]
    raw = letters.order_file(customer, [f"N{n}" for n in range(ORDERS)])
    with app.folder() as folder, app.opened(folder) as home:
        begun = time.perf_counter()
        letter = parse(raw)
        codec = home.context.registry.recognise(letter)
        meant = codec.decode(letter) if codec else None
        decoded = time.perf_counter() - begun
        if meant is None or len(meant.apdus) != ORDERS:
            raise RuntimeError(f"not all of {ORDERS} orders were decoded")
        home.store.start_writer()
        taken = NewLetter(
            "listener", raw, home.context.clock(), mail_from=customer.address, rcpt_to=app.LIBRARY,
            peer="127.0.0.1",
        )  # fmt: skip
        home.store.write(lambda connection: inbox.keep(connection, [taken]))
        begun = time.perf_counter()
        while intake.run(home.store, home.context) + advance.run(home.store, home.context):
            pass
        applied = time.perf_counter() - begun
        with home.store.read() as connection:
            query = "SELECT count(*) FROM transactions WHERE state = 'IN_PROCESS'"
            if connection.exec_driver_sql(query).scalar_one() != ORDERS:
                raise RuntimeError(f"not all of {ORDERS} orders stand on the list")
    return {"decoded": decoded, "applied": ORDERS / applied}


SUITE = Suite(GOALS, measure)
