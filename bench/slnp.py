"""SLNP: orders of a ZFL by the real door, each answered after its request is in the store."""

import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from bench import app
from bench.figures import Figures, Goal, Suite
from mailproc.app.build import build
from tests.slnp.zfl import House, configured, order

ONE_BY_ONE = 100
CONNECTIONS = 20
OF_EACH = 50

GOALS = (
    Goal("SLNP", "an order answered, with nothing else to do", "idle", "", 20, "ms", at_most=True),
    Goal("SLNP", f"orders of {CONNECTIONS} connections, answered", "crowd", "", 200),
)


def measure() -> Figures:
    with app.folder() as folder:
        file = folder / "config.toml"
        file.write_text(configured())
        house = House(build(file))
        house.begin()
        try:
            idle = median(_orders(house, "1", ONE_BY_ONE))
            begun = time.perf_counter()
            with ThreadPoolExecutor(CONNECTIONS) as pool:
                list(pool.map(lambda number: _orders(house, f"2{number:02d}", OF_EACH), range(CONNECTIONS)))
            took = time.perf_counter() - begun
        finally:
            house.close()
    return {"idle": idle * 1000, "crowd": CONNECTIONS * OF_EACH / took}


def _orders(house: House, series: str, count: int) -> list[float]:
    """Give so many orders on one connection; return the seconds of each."""
    seconds = []
    with house.zfl() as zfl:
        for number in range(count):
            begun = time.perf_counter()
            if zfl.says(order(BestellId=f"{series}{number:06d}"))[0] != "600 SLNPFLBestellung":
                raise SystemExit("an order was not taken")
            seconds.append(time.perf_counter() - begun)
    return seconds


SUITE = Suite(GOALS, measure)
