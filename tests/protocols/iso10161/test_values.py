"""One table for each kind of value, read and written; and the sentences of what cannot be said."""

import base64
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from mailproc.errors import LocalFault, RemoteFault
from mailproc.ill.apdu import (
    APDU_CLASSES,
    Apdu,
    Condition,
    Damaged,
    Delivery,
    Due,
    ForwardNotification,
    IllAnswer,
    IllRequest,
    Item,
    Location,
    Lost,
    Message,
    Money,
    Overdue,
    Received,
    ReplyTo,
    Report,
    Shipped,
    StatusOrErrorReport,
)
from mailproc.ill.terms import ApduType, Results, Role, Service, TransactionId
from mailproc.protocols.field_codec import Pair, Tree, UnreadableComponent, listed
from mailproc.protocols.iso10161 import reading, writing
from mailproc.protocols.iso10161.ber import schema
from mailproc.protocols.iso10161.fields import enumerations, parties, reports, unmapped
from mailproc.protocols.iso10161.fields.dates import DATE, MOMENT
from mailproc.protocols.iso10161.fields.enumerations import MOST_RECENT_SERVICE
from mailproc.protocols.iso10161.fields.money import AMOUNT, AMOUNT_IN_WORDS
from mailproc.protocols.iso10161.writing import NOBODY, Ends

from .trees import decode

AT = datetime(2026, 1, 31, 12, 0, 1)  # noqa: DTZ001  # times in an APDU have no zone
NAMED = TransactionId("XX-BORROWER", "B12", "1")
OURS = Ends(
    our_symbol="XX-BORROWER",
    our_name="Invented Library",
    our_address="ill@library.example",
    our_aliases=("ns:BORROWER",),
    their_symbol="XX-LENDER",
    their_address="ill@lender.example",
)


def text(words: str) -> Any:
    return ("generalString", words.encode())


def over_the_octets(apdu: Apdu, ends: Ends = NOBODY) -> Apdu:
    return reading.apdu(*decode(schema.encode(apdu.type, writing.tree(apdu, ends))))


@pytest.mark.parametrize(
    ("octets", "amount", "currency"),
    [
        (b"35", "35", None),
        (b"35.00", "35.00", None),
        (b"$35", "35", None),
        (b"12,5", "12.5", None),
        (b"1,234.50", "1234.50", None),
        (b"1.234,50", "1234.50", None),
        (b"1 234", "1234", None),
        (b"EUR 7", "7", "EUR"),
        (b"7 eur", "7", "EUR"),
        (b"\xa312.50", "12.50", None),
        (b" 0 ", "0", None),
    ],
)
def test_amounts_are_read(octets: bytes, amount: str, currency: str | None) -> None:
    assert AMOUNT.read({"monetary-value": octets}) == Money(amount=Decimal(amount), currency=currency)


@pytest.mark.parametrize(
    "octets",
    [b"", b"a lot", b"-5", b"1.234", b"1,234", b"1.234.56", b"12345678.90", b"1e9", b"9" * 40, b"5 EUR 6"],
)
def test_ambiguous_amounts_are_not_guessed(octets: bytes) -> None:
    with pytest.raises(UnreadableComponent):
        AMOUNT.read({"monetary-value": octets})


@pytest.mark.parametrize(
    ("code", "octets", "currency"), [(b"USD", b"$35", "USD"), (b"usd ", b"35", "USD"), (b"$", b"35", None)]
)
def test_currencies_are_read(code: bytes, octets: bytes, currency: str | None) -> None:
    assert AMOUNT.read({"currency-code": code, "monetary-value": octets}).currency == currency


def test_two_currencies_are_none() -> None:
    with pytest.raises(UnreadableComponent):
        AMOUNT.read({"currency-code": b"USD", "monetary-value": b"EUR 5"})


@pytest.mark.parametrize(
    ("amount", "octets"),
    [("35", b"35"), ("35.50", b"35.50"), ("1E+2", b"100"), ("12.500", b"12.5"), ("0", b"0")],
)
def test_amounts_are_written(amount: str, octets: bytes) -> None:
    money = Money(amount=Decimal(amount), currency="EUR")
    assert AMOUNT.write(money) == {"currency-code": b"EUR", "monetary-value": octets}
    assert AMOUNT.read(AMOUNT.write(money)) == money


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("-1", None),
        ("NaN", None),
        ("Infinity", None),
        ("12.345", None),
        ("12345678901", None),
        ("1", "€"),
        ("1", "eur"),
    ],
)
def test_amounts_without_room_are_refused(amount: str, currency: str | None) -> None:
    with pytest.raises(LocalFault):
        AMOUNT.write(Money(amount=Decimal(amount), currency=currency))


@pytest.mark.parametrize(
    "words",
    ["EUR 14.50 incl. postage", "EUR 1.234", "12 to 15 pounds", "EUR 12.50 a page,\nat least EUR 3"],
)
def test_an_estimate_in_other_words_is_read_as_it_came_and_written_back(words: str) -> None:
    said = IllAnswer(transaction=NAMED, sent_at=AT, results=Results.ESTIMATE, cost_words=words)
    tree = writing.tree(said, NOBODY)
    octets = tree["results-explanation"][1]["cost-estimate"]
    assert octets == text(words.replace("\n", "\r\n"))
    heard = over_the_octets(said)
    assert isinstance(heard, IllAnswer)
    assert (heard.cost_words, heard.cost_estimate, heard.extensions) == (words, None, ())
    assert over_the_octets(heard) == heard


@pytest.mark.parametrize("words", ["EUR 12.50", "12,50 EUR", "12.50 eur"])
def test_an_estimate_is_an_amount_in_words(words: str) -> None:
    money = AMOUNT_IN_WORDS.read(text(words))
    assert money == Money(amount=Decimal("12.50"), currency="EUR")
    assert AMOUNT_IN_WORDS.write(money) == text("EUR 12.50")


@pytest.mark.parametrize("octets", [b"20260131", b"2026-01-31", b" 20260131 "])
def test_dates_are_read(octets: bytes) -> None:
    assert DATE.read(octets) == date(2026, 1, 31)


@pytest.mark.parametrize(
    "octets", [b"", b"soon", b"20260231", b"260131", b"20260131120000", b"00000101", b"\xb2" * 8]
)
def test_what_is_no_date_is_said_to_be_none(octets: bytes) -> None:
    with pytest.raises(UnreadableComponent):
        DATE.read(octets)


@pytest.mark.parametrize(
    ("time", "at"),
    [
        (b"120001", AT),
        (b"1200", AT.replace(second=0)),
        (b"12:00:01", AT),
        (None, AT.replace(hour=0, second=0)),
    ],
)
def test_times_are_read(time: bytes | None, at: datetime) -> None:
    assert MOMENT.read({"date": b"20260131"} | ({"time": time} if time else {})) == at


# --- a whole message ---------------------------------------------------------------------------


def request(**more: Any) -> Tree:
    return writing.tree(IllRequest(transaction=NAMED, sent_at=AT, services=(Service.LOAN,)), NOBODY) | more


def heard(kind: ApduType, tree: Tree) -> Apdu:
    return reading.apdu(*decode(schema.encode(kind, tree)))


def kept(apdu: Apdu) -> dict[str, Any]:
    return {entry["at"]: entry["value"] for entry in apdu.extensions}


def test_what_is_not_vital_is_kept_with_the_reason() -> None:
    apdu = heard(ApduType.ILL_REQUEST, request(**{"search-type": {"need-before-date": b"20260231"}}))
    assert isinstance(apdu, IllRequest) and apdu.need_before is None
    assert apdu.extensions == (
        {
            "at": "search-type",
            "value": {"need-before-date": {"ascii": "20260231"}, "expiry-flag": 3},
            "why": "a day of the calendar as YYYYMMDD",
        },
    )


def test_an_unreadable_date_beside_readable_ones_says_why() -> None:
    search = {"need-before-date": b"20260231", "level-of-service": text("U")}
    apdu = heard(ApduType.ILL_REQUEST, request(**{"search-type": search}))
    assert apdu.extensions == (
        {
            "at": "search-type/need-before-date",
            "value": {"ascii": "20260231"},
            "why": "a day of the calendar as YYYYMMDD",
        },
    )


def test_an_unknown_extension_comes_back_to_the_octet() -> None:
    extension = {"identifier": 7, "critical": True, "item": b"\x30\x03\x02\x01\x05"}
    apdu = heard(ApduType.ILL_REQUEST, request(**{"iLL-request-extensions": [extension]}))
    ber = base64.b64encode(extension["item"]).decode()  # type: ignore[arg-type]  # one of three kinds of value
    assert kept(apdu) == {"iLL-request-extensions": [{"identifier": 7, "critical": True, "ber": ber}]}
    assert writing.tree(apdu, NOBODY)["iLL-request-extensions"] == [extension]


POST = ("physical-delivery", ("generalString", b"Post"))


@pytest.mark.parametrize(
    ("component", "value", "plain"),
    [
        ("item-id", {"held-medium-type": 6}, {"held-medium-type": 6}),
        ("forward-note", text("Grüße"), {"text": "Grüße"}),
        ("retry-flag", True, True),
        ("delivery-service", POST, {"choice": "physical-delivery", "value": {"text": "Post"}}),
        ("third-party-info-type", {"permission-to-forward": False}, None),
    ],
)
def test_components_without_a_field_are_kept(component: str, value: Any, plain: Any) -> None:
    found = kept(heard(ApduType.ILL_REQUEST, request(**{component: value})))
    assert found == ({} if plain is None else {component: plain})


def test_a_new_value_replaces_a_kept_one() -> None:
    kept_entry = {"at": "search-type/need-before-date", "value": {"ascii": "soon"}}
    apdu = IllRequest(
        transaction=NAMED,
        sent_at=AT,
        services=(Service.LOAN,),
        need_before=date(2026, 2, 1),
        extensions=(kept_entry,),
    )
    assert writing.tree(apdu, NOBODY)["search-type"]["need-before-date"] == b"20260201"


@pytest.mark.parametrize(
    "entry",
    [
        {"value": 1},
        {"at": "", "value": 1},
        {"at": "forward-note", "value": {"b64": "%"}},
        {"at": "forward-note", "value": {"text": 5}},
        {"at": "lost-extensions", "value": [{"identifier": 1}]},
        {"at": "lost-extensions", "value": 5},
    ],
)
def test_an_entry_that_is_none_is_refused(entry: dict[str, Any]) -> None:
    with pytest.raises(LocalFault, match="extensions"):
        writing.tree(Lost(transaction=NAMED, sent_at=AT, extensions=(entry,)), NOBODY)


@pytest.mark.parametrize(
    "at", ["chosen/other/inner", "chosen/this", "list/1/inner", "list/x/inner", "list/0"]
)
def test_what_was_kept_of_another_choice_is_not_put_into_this_one(at: str) -> None:
    """Something else was said there meanwhile: that stands."""
    tree: Any = {"chosen": ("this", {"said": 1}), "list": [{"said": 2}]}
    unmapped.put_back(tree, ({"at": at, "value": 5},))
    assert tree == {"chosen": ("this", {"said": 1}), "list": [{"said": 2}]}
    unmapped.put_back(tree, ({"at": "chosen/this/inner", "value": 5}, {"at": "list/0/inner", "value": 6}))
    assert tree == {"chosen": ("this", {"said": 1, "inner": 5}), "list": [{"said": 2, "inner": 6}]}


def test_another_alternative_than_the_one_we_say_is_kept_where_it_says_something() -> None:
    said: Any = {"results-explanation": ("hold-placed-results", {})}
    nothing = ("name-of-person", text(" "))
    assert unmapped.kept({"results-explanation": nothing}, said, {}) == ()
    (entry,) = unmapped.kept({"results-explanation": ("retry-results", {"reason": 1})}, said, {})
    assert entry["at"] == "results-explanation"
    assert entry["value"]["choice"] == "retry-results"


@pytest.mark.parametrize("kind", ["status", "error"])
def test_a_report_that_says_something_of_a_status_says_all_that_it_must(kind: str) -> None:
    """Also an error report beside which a status was kept as it came."""
    tree: Any = {"status-report": {}, "error-report": {}}
    reports.complete(StatusOrErrorReport(transaction=NAMED, sent_at=AT, report=Report(kind=kind)), tree)
    assert tree["status-report"].keys() == {"provider-status-report", "user-status-report"}
    assert tree["error-report"]["report-source"] is not None
    assert "reason-no-report" not in tree


def test_a_report_of_an_error_says_nothing_of_a_status() -> None:
    tree: Any = {"error-report": {}}
    reports.complete(StatusOrErrorReport(transaction=NAMED, sent_at=AT, report=Report(kind="error")), tree)
    assert tree.keys() == {"error-report"}


def test_a_report_that_says_why_there_is_none_has_no_status() -> None:
    for said in ({"reason-no-report": 1}, {}):
        tree: Any = dict(said)
        reports.complete(StatusOrErrorReport(transaction=NAMED, sent_at=AT), tree)
        assert tree.keys() == {"reason-no-report"}
    tree = {"reason-no-report": 1}
    reports.complete(StatusOrErrorReport(transaction=NAMED, sent_at=AT, report=Report(kind="status")), tree)
    assert tree == {"reason-no-report": 1}


@pytest.mark.parametrize("at", ["note/0/x", "transaction-id/x/y/z", "nowhere", "responder-id/0"])
def test_an_entry_at_a_place_that_does_not_exist_is_refused_by_name_at_the_latest_when_written(
    at: str,
) -> None:
    apdu = Lost(transaction=NAMED, sent_at=AT, responder="X", extensions=({"at": at, "value": 1},))
    with pytest.raises(LocalFault):
        schema.encode(apdu.type, writing.tree(apdu, NOBODY))


@pytest.mark.parametrize(
    ("pair", "word", "sentence"),
    [
        (enumerations.SHIPPED_SERVICE, Service.ESTIMATE, "ESTIMATE is no service that ships here"),
        (enumerations.SERVICE, Results.RETRY, "RETRY is no kind of service here"),
        (enumerations.RESULTS, Service.LOAN, "LOAN is no result of an answer here"),
    ],
)
def test_a_word_without_a_number_is_refused_by_name(pair: Pair, word: Any, sentence: str) -> None:
    with pytest.raises(LocalFault, match=sentence):
        pair.write(word)


def test_a_library_without_symbol_and_name_is_no_location() -> None:
    for tree in ({}, {"location-note": text("third floor")}):
        with pytest.raises(UnreadableComponent, match="a symbol or a name"):
            parties.LOCATION.read(tree)
    here = {"location-id": {"name-of-person-or-institution": ("name-of-institution", text("B Library"))}}
    assert listed(parties.LOCATION).read([{}, here]) == (Location(name="B Library"),)


def test_an_absent_qualifier_is_not_written() -> None:
    assert "sub-transaction-qualifier" not in parties.TRANSACTION.write(NAMED)
    forwarded = replace(NAMED, stq="2")
    tree = parties.TRANSACTION.write(forwarded)
    assert "sub-transaction-qualifier" in tree
    assert parties.TRANSACTION.read(tree) == forwarded


def test_a_symbol_is_the_name_where_there_is_no_symbol() -> None:
    system = {"name-of-person-or-institution": ("name-of-institution", text("Invented Library"))}
    apdu = heard(ApduType.ILL_REQUEST, request(**{"requester-id": system}))
    assert apdu.requester == "Invented Library"


def test_without_initial_requester_there_is_none() -> None:
    tree = request()
    del tree["transaction-id"]["initial-requester-id"]
    apdu = heard(ApduType.ILL_REQUEST, tree)
    assert apdu.transaction == TransactionId("", "B12", "1")
    assert "initial-requester-id" not in writing.tree(apdu, NOBODY)["transaction-id"]


def test_qualifiers_come_back_to_the_octet() -> None:
    tree = request()
    tree["transaction-id"]["transaction-group-qualifier"] = ("generalString", b" caf\xe9\0 ")
    apdu = heard(ApduType.ILL_REQUEST, tree)
    again = writing.tree(apdu, NOBODY)["transaction-id"]["transaction-group-qualifier"]
    assert again == ("generalString", b" caf\xe9\0 ")


@pytest.mark.parametrize(
    ("search", "expiry"),
    [
        ({"need-before-date": b"20260201", "expiry-flag": 1}, date(2026, 2, 1)),
        ({"need-before-date": b"20260201", "expiry-flag": 2, "expiry-date": b"20260301"}, date(2026, 3, 1)),
        (
            {"need-before-date": b"20260201", "expiry-flag": 2, "expiry-date": b"20260201"},
            date(2026, 2, 1),
        ),
        (
            {"need-before-date": b"20260201", "expiry-flag": 1, "expiry-date": b"20260201"},
            date(2026, 2, 1),
        ),
        ({"need-before-date": b"20260201", "expiry-flag": 3}, None),
        ({"need-before-date": b"20260201"}, None),
        ({"expiry-flag": 1}, None),
        ({"expiry-flag": 2}, None),
        ({"expiry-flag": 9, "expiry-date": b"20260301"}, None),
    ],
)
def test_when_a_request_expires(search: Tree, expiry: date | None) -> None:
    apdu = heard(ApduType.ILL_REQUEST, request(**{"search-type": search}))
    assert isinstance(apdu, IllRequest) and apdu.expiry == expiry
    assert writing.tree(apdu, NOBODY).get("search-type", {}) == {"expiry-flag": 3} | search or not expiry


@pytest.mark.parametrize("number", [1, 2])
def test_electronic_delivery_may_be_asked_for_by_the_delivery_service_alone(number: int) -> None:
    ftp = {"telecom-service-identifier": text("FTP"), "telecom-service-address": text("ftp.reader.example")}
    mail = {
        "telecom-service-identifier": text("SMTP"),
        "telecom-service-address": text("reader@reader.example"),
    }
    services = [{"e-delivery-details": ("e-delivery-address", to)} for to in (ftp, mail)[:number]]
    apdu = heard(ApduType.ILL_REQUEST, request(**{"delivery-service": ("electronic-delivery", services)}))
    assert isinstance(apdu, IllRequest)
    assert apdu.delivery == (Delivery(electronic="reader@reader.example") if number == 2 else None)
    assert writing.tree(apdu, NOBODY)["protocol-version-num"] == 2


def test_libraries_to_ask_next_are_locations() -> None:
    answer = IllAnswer(transaction=NAMED, sent_at=AT, results=Results.UNFILLED, reason="not-owned")
    third = {"person-or-institution-symbol": ("institution-symbol", text("XX-THIRD"))}
    tree = writing.tree(answer, NOBODY) | {"send-to-list": [{"system-id": third}]}
    apdu = heard(ApduType.ILL_ANSWER, tree)
    assert isinstance(apdu, IllAnswer) and apdu.locations == (Location(symbol="XX-THIRD"),)


def test_an_explanation_of_another_answer_is_kept_as_it_is() -> None:
    answer = IllAnswer(transaction=NAMED, sent_at=AT, results=Results.UNFILLED, reason="not-owned")
    tree = writing.tree(answer, NOBODY) | {"transaction-results": 2}
    apdu = heard(ApduType.ILL_ANSWER, tree)
    assert isinstance(apdu, IllAnswer) and (apdu.results, apdu.reason) == (Results.RETRY, None)
    assert writing.tree(apdu, NOBODY)["results-explanation"] == tree["results-explanation"]


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("oCLC:123", "oCLC:123"),
        ("oclc: 123", "oCLC:123"),
        ("123", "123"),
        ("ns:ABC:1-2", "ns:ABC:1-2"),
        ("oCLC:1; bNB:2; 3", "oCLC:1; bNB:2; 3"),
        (":5", ":5"),
        ("x:", "x:"),
        ("Zähl:Łódź", "Zähl:Łódź"),
    ],
)
def test_numbers_of_systems_travel(said: str, read: str) -> None:
    back = over_the_octets(
        IllRequest(transaction=NAMED, sent_at=AT, services=(Service.LOAN,), item=Item(system_no=said))
    )
    assert isinstance(back, IllRequest) and back.item.system_no == read
    assert back.extensions == () and writing.project(back) == back


@pytest.mark.parametrize(
    ("reference", "octets", "read"),
    [
        # CanSystemNo {oclc 3, "12345"}: the same system is 4 in the register
        ("1.2.124.10161.2", "300c 300a 0a0103 1b053132333435", "oclc:12345"),
        # IPIG-system-number {well-known 4, database-ID "db", "7"}
        ("1.0.10161.6.1", "3012 3010 a1030a0104 a3041b026462 a4031b0137", "oCLC:7"),
        ("1.0.10161.6.1", "300b a1030a0104 a3041b026462", None),
        ("1.2.3", "0500", None),
    ],
)
def test_what_a_system_number_holds_beside_is_kept(reference: str, octets: str, read: str | None) -> None:
    external = {"direct-reference": reference, "encoding": ("single-ASN1-type", bytes.fromhex(octets))}
    apdu = heard(ApduType.ILL_REQUEST, request(**{"item-id": {"system-no": external}}))
    assert isinstance(apdu, IllRequest) and apdu.item.system_no == read
    assert [entry["at"] for entry in apdu.extensions] == ["item-id/system-no" if read else "item-id"]
    assert writing.tree(apdu, NOBODY)["item-id"]["system-no"] == external


# --- what makes a message senseless ------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"iLL-service-type": [9]}, "iLL-service-type"),
        (
            {"transaction-id": {"transaction-group-qualifier": text(""), "transaction-qualifier": text("")}},
            "transaction-id",
        ),
    ],
)
def test_a_request_for_nothing_that_is_known_is_refused(change: Tree, sentence: str) -> None:
    with pytest.raises(RemoteFault, match=sentence):
        heard(ApduType.ILL_REQUEST, request(**change))


def test_an_answer_of_an_unknown_kind_is_refused() -> None:
    answer = IllAnswer(transaction=NAMED, sent_at=AT, results=Results.WILL_SUPPLY)
    with pytest.raises(RemoteFault, match="not 8"):
        heard(ApduType.ILL_ANSWER, writing.tree(answer, NOBODY) | {"transaction-results": 8})


@pytest.mark.parametrize(
    ("apdu", "sentence"),
    [
        (IllAnswer(results=Results.HOLD_PLACED), "supply_on"),
        (IllAnswer(results=Results.ESTIMATE), "cost_estimate"),
        (IllAnswer(results=Results.LOCATIONS_PROVIDED), "locations"),
        (IllAnswer(results=Results.UNFILLED, reason="no idea"), "reason: 'no idea' has no number"),
        (
            IllAnswer(results=Results.CONDITIONAL, conditions=(Condition(condition="lost"),)),
            "'lost' has no number",
        ),
        (IllAnswer(results=Results.LOCATIONS_PROVIDED, locations=(Location(note="x"),)), "symbol or a name"),
        (Overdue(), "due"),
        (Message(), "note"),
        (Message(note=" \n"), "note"),
        (IllRequest(), "services"),
        (ForwardNotification(intermediary="X"), "responder"),
        (ForwardNotification(responder="X"), "intermediary"),
        (Shipped(shipped_service=Service.ESTIMATE), "ESTIMATE is no service that ships"),
        (Shipped(shipped_conditions="lost"), "shipped_conditions"),
        (Shipped(cost=Money(amount=Decimal(-1))), "cost"),
        (StatusOrErrorReport(report=Report(kind="x")), "kind"),
        (StatusOrErrorReport(report=Report(kind="error", problem="x")), "problem"),
        (StatusOrErrorReport(report=Report(kind="error", problem="already-forwarded")), "detail"),
        (
            StatusOrErrorReport(report=Report(kind="error", problem="state-transition-prohibited")),
            "apdu_type",
        ),
        (StatusOrErrorReport(report=Report(kind="status", current_state="ASLEEP")), "ASLEEP"),
        (StatusOrErrorReport(report=Report(kind="status", history={"title": 5})), "title"),
        (StatusOrErrorReport(report=Report(kind="status", history={"date_requested": "soon"})), "soon"),
    ],
)
def test_what_cannot_be_said_is_refused_in_a_sentence(apdu: Apdu, sentence: str) -> None:
    with pytest.raises(LocalFault, match=sentence):
        writing.tree(APDU_CLASSES[apdu.type](**vars(apdu) | {"transaction": NAMED, "sent_at": AT}), NOBODY)
    assert sentence in str(writing.refuses(apdu))


@pytest.mark.parametrize("apdu", [Lost(transaction=NAMED), Lost(sent_at=AT)])
def test_time_and_name_are_needed_to_write_but_not_to_foresee(apdu: Apdu) -> None:
    with pytest.raises(LocalFault):
        writing.tree(apdu, NOBODY)
    assert writing.refuses(apdu) == ""


CHARGES = (Condition(condition="charges"),)
LOAN = (Service.LOAN,)

# --- what is always said -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ApduType)
@pytest.mark.parametrize("role", Role)
def test_every_message_names_both_ends_and_says_where_answers_go(kind: ApduType, role: Role) -> None:
    least: dict[ApduType, dict[str, Any]] = {
        ApduType.ILL_REQUEST: {"services": (Service.COPY,)},
        ApduType.FORWARD_NOTIFICATION: {"responder": "XX-THIRD", "intermediary": "XX-LENDER"},
        ApduType.ILL_ANSWER: {"results": Results.CONDITIONAL},
        ApduType.CONDITIONAL_REPLY: {"answer": True},
        ApduType.CANCEL_REPLY: {"answer": True},
        ApduType.OVERDUE: {"due": Due(on=AT.date())},
        ApduType.RENEW_ANSWER: {"answer": False},
        ApduType.MESSAGE: {"note": "x"},
    }
    apdu = APDU_CLASSES[kind](transaction=NAMED, sent_at=AT, **least.get(kind, {}))
    back = over_the_octets(apdu, Ends(**vars(OURS) | {"role": role}))
    ends = ["XX-BORROWER", "XX-LENDER"] if role is Role.REQUESTER else ["XX-LENDER", "XX-BORROWER"]
    if kind is ApduType.FORWARD_NOTIFICATION:
        ends[1] = "XX-THIRD"
    assert [back.requester, back.responder] == ends
    names = [None, "Invented Library"] if role is Role.RESPONDER else ["Invented Library", None]
    if kind is not ApduType.FORWARD_NOTIFICATION:  # there the responder is a third library
        assert [back.requester_name, back.responder_name] == names
    assert back.extensions == ()  # nothing in our own letters is news to us
    assert back.sent_at == AT
    assert back.reply_to == (
        ReplyTo(address="ill@library.example", encodings=("BER_IN_MIME",), aliases=("ns:BORROWER",)),
    )


def test_our_name_stands_beside_our_symbol_only() -> None:
    tree = writing.tree(Lost(transaction=NAMED, sent_at=AT), OURS)
    assert tree["requester-id"]["name-of-person-or-institution"] == (
        "name-of-institution",
        text("Invented Library"),
    )
    assert list(tree["responder-id"]) == ["person-or-institution-symbol"]


@pytest.mark.parametrize(
    ("apdu", "version"),
    [
        (Lost(), 1),
        (Damaged(), 1),
        (Damaged(damaged_details="2, 3"), 2),
        (Damaged(damaged_details="The cover is torn"), 1),
        (Shipped(electronic_delivery="reader@reader.example"), 2),
        (Shipped(shipped_via="Post"), 1),
    ],
)
def test_the_version_is_two_where_it_must_be(apdu: Apdu, version: int) -> None:
    said = APDU_CLASSES[apdu.type](**vars(apdu) | {"transaction": NAMED, "sent_at": AT})
    assert writing.tree(said, NOBODY)["protocol-version-num"] == version
    assert writing.tree(said, Ends(version=2))["protocol-version-num"] == 2


@pytest.mark.parametrize(
    ("note", "back"),
    [
        (None, "The cover is torn"),
        ("Sorry", "Sorry\nThe cover is torn"),
        ("The cover is torn.", "The cover is torn."),
    ],
)
def test_a_damage_in_words_goes_into_the_note(note: str | None, back: str) -> None:
    damaged = Damaged(transaction=NAMED, sent_at=AT, note=note, damaged_details="The cover is torn")
    assert over_the_octets(damaged) == writing.project(damaged)
    assert over_the_octets(damaged).note == back


OVERDUE = Overdue(transaction=NAMED, sent_at=AT, due=Due(on=AT.date()))
ON_HOLD = IllAnswer(transaction=NAMED, sent_at=AT, results=Results.HOLD_PLACED, supply_on=AT.date())


@pytest.mark.parametrize(
    ("apdu", "note"),
    [
        (replace(OVERDUE, level=2), "Reminder 2."),
        (replace(OVERDUE, level=3, note="Please."), "Please.\nReminder 3."),
        (replace(OVERDUE, level=3, note="Reminder 3. Please."), "Reminder 3. Please."),
        (replace(OVERDUE, level=1), None),
        (OVERDUE, None),
        (replace(ON_HOLD, position=4), "Place 4 on the waiting list."),
        (replace(ON_HOLD, position=4, note="Soon"), "Soon\nPlace 4 on the waiting list."),
        (ON_HOLD, None),
    ],
)
def test_what_has_no_component_is_said_in_the_note(apdu: Apdu, note: str | None) -> None:
    back = over_the_octets(apdu)
    assert back.note == note
    assert back == writing.project(apdu)
    assert over_the_octets(back) == back, "said again it stands there once"


@pytest.mark.parametrize(
    ("apdu", "field", "value"),
    [
        (Received(), "received_on", AT.date()),
        (Received(), "shipped_service", Service.LOAN),
        (Shipped(due=Due(on=AT.date())), "shipped_service", Service.LOAN),
        (Shipped(), "shipped_service", Service.COPY),
        (IllAnswer(results=Results.WILL_SUPPLY, supply_on=AT.date()), "reason", "being-processed-for-supply"),
        (IllAnswer(results=Results.WILL_SUPPLY), "reason", None),
        (IllAnswer(results=Results.CONDITIONAL), "conditions", (Condition(condition="other"),)),
        (
            IllAnswer(results=Results.CONDITIONAL, reason="charges"),
            "conditions",
            (Condition(condition="charges"),),
        ),
        (StatusOrErrorReport(), "report", Report(kind="status", reason_no_report="temporary")),
        (
            StatusOrErrorReport(report=Report(kind="error")),
            "report",
            Report(kind="error", source="provider", problem="other", correlation="B12/1"),
        ),
        (
            StatusOrErrorReport(requester="XX-BORROWER", report=Report(kind="status", current_state="IDLE")),
            "report",
            Report(
                kind="status",
                current_state="UNKNOWN",
                history={
                    "date_of_last_transition": "2026-01-31",
                    "most_recent_service": "ILL_REQUEST",
                    "date_of_most_recent_service": "2026-01-31",
                    "initiator_of_most_recent_service": "XX-BORROWER",
                },
            ),
        ),
        (Overdue(due=Due(on=AT.date()), level=2), "due", Due(on=AT.date(), renewable=True)),
        (Overdue(due=Due(on=AT.date()), level=2), "level", None),
        (
            IllRequest(services=(Service.LOAN,), item=Item(isbn="978-0-00-000000-2")),
            "item",
            Item(isbn="9780000000002"),
        ),
        (IllRequest(services=(Service.LOAN,), item=Item(isbn="none")), "item", Item(isbn="none")),
    ],
)
def test_defaults_of_missing_components(apdu: Apdu, field: str, value: Any) -> None:
    said = APDU_CLASSES[apdu.type](**vars(apdu) | {"transaction": NAMED, "sent_at": AT})
    assert getattr(over_the_octets(said), field) == value
    assert over_the_octets(said) == writing.project(said)


MODULES = {
    1: "ILL_REQUEST", 2: "FORWARD_NOTIFICATION", 3: "SHIPPED", 4: "ILL_ANSWER", 5: "CONDITIONAL_REPLY",
    6: "CANCEL", 7: "CANCEL_REPLY", 8: "RECEIVED", 9: "RECALL", 10: "RETURNED", 11: "CHECKED_IN", 12: "12",
    13: "13", 14: "RENEW_ANSWER", 15: "LOST", 16: "DAMAGED", 17: "MESSAGE", 18: "STATUS_QUERY",
    19: "STATUS_OR_ERROR_REPORT", 20: "EXPIRED", 21: "FORWARD", 22: "22",
}  # fmt: skip
"""History-Report.most-recent-service in the ASN.1 module: it passes over 12 and 13."""


@pytest.mark.parametrize(("number", "name"), MODULES.items())
def test_the_most_recent_service_has_the_modules_numbers(number: int, name: str) -> None:
    assert MOST_RECENT_SERVICE.read(number) == name
    assert MOST_RECENT_SERVICE.write(name) == number


@pytest.mark.parametrize("name", ["OVERDUE", "RENEW"])
def test_a_service_without_a_number_is_not_said_with_anothers(name: str) -> None:
    history = {"most_recent_service": name}
    report = Report(kind="status", current_state="OVERDUE", history=history)
    said = StatusOrErrorReport(transaction=NAMED, sent_at=AT, report=report)
    with pytest.raises(LocalFault, match=f"'{name}' has no number here"):
        writing.tree(said, NOBODY)


def test_a_projection_needs_no_time() -> None:
    projected = writing.project(Lost(transaction=NAMED, reply_code="x"))
    assert (projected.sent_at, projected.reply_code) == (None, None)


def test_a_shipment_is_charged_where_the_other_system_wants_it() -> None:
    shipped = Shipped(transaction=NAMED, sent_at=AT)
    assert writing.tree(shipped, Ends(chargeable_units=1))["supply-details"] == {"chargeable-units": 1}
    assert writing.tree(shipped, NOBODY)["supply-details"] == {}


def test_json_of_a_component_goes_both_ways() -> None:
    component = {
        "a": [True, None, 5, b"\xff", b"ascii", ("x", ("y", b"")), text("Ł"), ("n", None)],
        "b": "1.2.3",
    }
    assert unmapped.from_plain(unmapped.to_plain(component)) == component
