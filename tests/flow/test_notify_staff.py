"""Letters to staff come to be written in one place."""

import re
from pathlib import Path

import mailproc
from mailproc.flow.notify_staff import ATTENTION, DIGEST
from mailproc.notices.catalogue import NOTICES

PROGRAM = Path(mailproc.__file__).parent
BY_HAND = re.compile(r'"staff/\w+"|"to": "staff"')


def test_only_one_file_orders_letters_to_staff() -> None:
    makers = {path.name for path in PROGRAM.rglob("*.py") if BY_HAND.search(path.read_text())}
    assert makers == {"notify_staff.py"}, "call flow/notify_staff.py instead"


def test_each_kind_of_letter_to_staff_has_its_text() -> None:
    paths = {contract.path for contract in NOTICES}
    assert {f"en/{notice}.txt" for notice in (ATTENTION, DIGEST)} <= paths
