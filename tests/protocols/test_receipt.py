"""A receipt that would say something else than was meant is never written."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from mailproc.errors import LocalFault
from mailproc.ill.apdu import StatusOrErrorReport
from mailproc.mail.letter import Letter
from mailproc.protocols.artemail.codec import ArtemailCodec
from mailproc.protocols.artemail.write.file_receipt import MOST_REJECTED, Receipt, letter, receipt_of
from mailproc.protocols.codec import Fault
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder

PATH = "artemail/receipt.txt"
SHIPPED = (shipped_folder() / PATH).read_text()
RECEIPT = Receipt("99-0002", "12", 2, ("Line 14: LIB-3 REJECTED - it names no item",))

FAULTS = [
    [],
    [Fault(14, "order LIB-3 has no bibliographic lines", "LIB-3")],
    [Fault(14, "first", "LIB-3"), Fault(20, "second", "LIB-3"), Fault(30, "this order has no number")],
    [Fault(None, "Zürich ＮＮＮＮ é\nNNNN", "A/B-1")],
    [Fault(1, "x" * 500, "L" + "9" * 39)],
    [Fault(1, "not a number at all", "NONUMBER")],
    [Fault(n, "NOT", f"L-{n}") for n in range(MOST_REJECTED + 5)],
]


@pytest.mark.parametrize("faults", FAULTS)
@pytest.mark.parametrize("orders", [0, 1, 2, 10_000])
def test_our_reader_reads_what_our_writer_says(
    orders: int, faults: list[Fault], codec: ArtemailCodec, templates: Templates
) -> None:
    receipt = receipt_of("99-0002", "12", orders, faults)
    if receipt is None:
        assert not orders and not faults
        return
    body = letter(receipt, templates, codec.replies)
    said = codec.decode(Letter(raw=b"", subject=body.subject, parts=body.parts))
    assert all(isinstance(apdu, StatusOrErrorReport) for apdu in said.apdus)
    assert all(apdu.ref and apdu.ref.file_ref == "12" for apdu in said.apdus)
    numbers = {apdu.ref.number for apdu in said.apdus if apdu.ref and apdu.ref.number}
    told = {fault.number for fault in faults[:MOST_REJECTED] if any(sign.isdigit() for sign in fault.number)}
    assert numbers == (told if orders else set())


def test_a_file_without_a_number_has_no_receipt() -> None:
    assert receipt_of("99-0002", "", 2, []) is None


WRONG = {
    "another number": SHIPPED.replace("{{ file_ref }}", "13"),
    "no number": SHIPPED.replace("{{ file_ref }}", ""),
    "another verdict": SHIPPED.replace("accepted", "rejected"),
    "no verdict": SHIPPED.replace("accepted", "taken"),
    "another count": SHIPPED.replace("{{ orders }}", "3"),
    "no count": SHIPPED.replace("{{ orders }}", "many"),
    "the rejected left out": SHIPPED.replace("{% for line in rejected %}", "{% for line in rejected[1:] %}"),
    "one more rejected": SHIPPED + "LIB-9 REJECTED - by mistake\n",
    "a reply in it": SHIPPED + "LIB-9   NOT\n",
    "letters beyond ASCII": SHIPPED + "é\n",
    "an end too early": SHIPPED.replace("{% if rejected %}", "NNNN\n{% if rejected %}"),
    "an order below it": SHIPPED + "\n\n\n\nTXLIB-9 CANCEL\n",
    "an order below a signature": SHIPPED + "-- \nTXLIB-9 CANCEL\n",
    "a reply below a signature": SHIPPED + "-- \nLIB-9   NOT\n",
    "an address below it": SHIPPED + ":DELIVER ABOVE ITEM TO:\n",
    "another customer": SHIPPED + "For 99-0009\n",
    "empty": "",
    "a broken name": SHIPPED.replace("file_ref", "file_number"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_template_that_says_something_else_is_held(
    case: str, codec: ArtemailCodec, site: Callable[[str, str], Templates]
) -> None:
    with pytest.raises(LocalFault, match=r"receipt\.txt"):
        letter(RECEIPT, site(PATH, WRONG[case]), codec.replies)


@pytest.mark.parametrize("line", ["LIB-9   NOT", "TXLIB-9 CANCEL", "99-0009"])
def test_a_rejected_file_has_no_answer_beside_the_verdict(
    line: str, codec: ArtemailCodec, site: Callable[[str, str], Templates]
) -> None:
    rejected = replace(RECEIPT, orders=0)
    assert letter(rejected, site(PATH, SHIPPED), codec.replies)
    with pytest.raises(LocalFault, match=line.split()[0]):
        letter(rejected, site(PATH, SHIPPED + line + "\n"), codec.replies)


def test_a_site_may_say_it_in_other_words(
    codec: ArtemailCodec, site: Callable[[str, str], Templates]
) -> None:
    body = letter(
        RECEIPT,
        site(
            PATH, SHIPPED + "\nThank you, and ask us if anything is unclear.\n--\n99-0002 and its library\n"
        ),
        codec.replies,
    )
    assert "Thank you" in (body.parts[0].text or "")
