"""Partners as JSON, as the interface promises it: for `--json`, and for other systems."""

from collections.abc import Sequence
from typing import Any

from mailproc.office.partners.directory import Learned
from mailproc.office.wording.json_values import plain


def partners_json(known: Sequence[dict[str, str]], taught: Sequence[Learned]) -> list[dict[str, Any]]:
    """Return the directory, with the addresses that were learned of each and wait for staff, or do not."""
    return [
        one | {"learned": [plain(each) for each in taught if each.partner == one["symbol"]]} for one in known
    ]
