"""An amount as people write it: with a comma or a point before the cents."""

import re

_WITH_A_COMMA = re.compile(r"[0-9]{1,18},[0-9]{1,2}")


def parted(written: str) -> tuple[str, str]:
    """Return the figures, with a point, and what stands behind them: "12,50 EUR" is ("12.50", "EUR").

    A comma before three figures stays: some write thousands so, and others do not.
    """
    figures, _, currency = written.strip().partition(" ")
    if _WITH_A_COMMA.fullmatch(figures):
        figures = figures.replace(",", ".")
    return figures, currency.strip()
