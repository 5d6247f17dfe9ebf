"""Contracts of the ARTEmail templates: one dataclass for each file below templates/artemail."""

from dataclasses import dataclass

from mailproc.secret_words import MASK
from mailproc.templating.contract import Contract, Situation, field_help


@dataclass(frozen=True, kw_only=True)
class FileFrame:
    customer_code: str = field_help("Our customer code with this partner.", sample="99-0001")
    password: str = field_help(
        "The mark of the password; the password itself is put in when the letter leaves.", sample=MASK
    )
    orders: tuple[str, ...] = field_help(
        "The finished orders, each without blank lines around it.",
        sample=("TXLIB-B1-1 S LOAN\nCartography of vanished rivers", "TXLIB-B2-1 CANCEL"),
    )


@dataclass(frozen=True, kw_only=True)
class OrderText:
    number: str = field_help("The number of the order, with its prefix.", sample="LIB-B1-1")
    rz: bool = field_help("Does the copyright mark stand before the number?", sample=False)
    keywords: tuple[str, ...] = field_help(
        "Service, delivery and instructions, in capitals.", sample=("S", "SED99")
    )
    lines: tuple[str, ...] = field_help(
        "The bibliographic lines: ASCII, at most 40 characters each, none empty.",
        sample=("Journal of Imaginary Hydrology", "2019 VOL 12 PT 3 PP 201-219", "Tidal memory"),
    )
    address: tuple[str, ...] = field_help(
        "Where to deliver: one e-mail address, or at most 6 lines of a postal one. May be empty.",
        sample=("reader.one@example.ac.uk",),
    )


@dataclass(frozen=True, kw_only=True)
class ActionText:
    number: str = field_help("The number of the order it is about.", sample="LIB-B1-1")
    keyword: str = field_help("The partner's word for the action.", sample="CANCEL")
    lines: tuple[str, ...] = field_help(
        "A remark: ASCII lines of at most 40 characters. May be empty.", sample=("Reader has it now",)
    )


@dataclass(frozen=True, kw_only=True)
class ReportText:
    customer_code: str = field_help("The customer code of whom it is for.", sample="99-0001")
    date: str = field_help("Today as dd-mm-yyyy, or ''.", sample="05-08-2026", optional=True)
    replies: tuple[str, ...] = field_help(
        "The finished lines: number, blanks, reply code.",
        sample=("LIB-20001   SHIPPED COPY", "LIB-20002   USE*3"),
    )


@dataclass(frozen=True, kw_only=True)
class ReceiptText:
    file_ref: str = field_help("The number of the file (FILEREFNO), as its sender wrote it.", sample="4711")
    orders: int = field_help("How many of its orders were taken; 0: the whole file is rejected.", sample=3)
    rejected: tuple[str, ...] = field_help(
        "The finished lines: where, number, REJECTED, and why. May be empty.",
        sample=("Line 14: LIB-20003 REJECTED - order LIB-20003 has no bibliographic lines",),
    )


@dataclass(frozen=True, kw_only=True)
class PlainText:
    customer_code: str = field_help("Our customer code with this partner.", sample="99-0001")
    number: str = field_help("The number of the order, with its prefix.", sample="LIB-B1-1")
    lines: tuple[str, ...] = field_help(
        "The citation, one element a line, none empty.",
        sample=("Journal of Imaginary Hydrology", "2019 VOL 12 PT 3 PP 201-219", "Tidal memory"),
    )
    ship_to: tuple[str, ...] = field_help(
        "Where a loan is sent, line by line. May be empty.", sample=("Example Library", "1 Any Street")
    )
    answers_to: str = field_help("Our address for answers.", sample="ill@library.example")


FILE = Contract("artemail/file.txt", FileFrame, "The frame of an order file.", machine=True)
ORDER = Contract("artemail/order.txt", OrderText, "One order in the file.", machine=True)
CANCEL = Contract("artemail/cancel.txt", ActionText, "The cancellation of an order.", machine=True)
RENEW = Contract("artemail/renew.txt", ActionText, "The renewal of a loan, by keyword.", machine=True)
CHASE = Contract("artemail/chase.txt", ActionText, "A chaser, by keyword.", machine=True)
REPORT = Contract("artemail/report.txt", ReportText, "Our answers to a customer's orders.", machine=True)
RECEIPT = Contract(
    "artemail/receipt.txt",
    ReceiptText,
    "The receipt of a customer's file.",
    machine=True,
    situations=(
        Situation("all orders are taken", {"rejected": ()}),
        Situation("a file of one order", {"orders": 1, "rejected": ()}),
        Situation("some orders are not taken", {}),
        Situation("the file is rejected", {"orders": 0}),
    ),
)
PLAIN = Contract("artemail/plain.txt", PlainText, "One order as a letter for people.", machine=True)

CONTRACTS = (FILE, ORDER, CANCEL, RENEW, CHASE, REPORT, RECEIPT, PLAIN)
