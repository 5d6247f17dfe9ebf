"""Several customer codes of ours with one partner: which an order goes by, and that it stays so."""

import pytest

from mailproc.app import build, self_check
from mailproc.errors import LocalFault, Misconfigured
from mailproc.flow import partners
from mailproc.flow.matching import accounts
from mailproc.office.queries import letters
from tests.flow_out.office import BL, PASSWORD, Office
from tests.servers.relay import Relay

ACCOUNT = """
[[partner.artemail.account]]
direction = "out"
customer_code = "{code}"
password = {{ env = "ART_PASSWORD" }}
{more}
"""


def account(code: str, more: str = "") -> str:
    return ACCOUNT.format(code=code, more=more)


COPIES = account("99-0011", 'name = "copies"\nservices = ["COPY"]')
PROJECT = account("99-0012", 'name = "Chemistry"\nservices = []')
"""The shipped account of the tests, 99-0001, follows and takes the rest as the default."""


@pytest.fixture
def three(sqlite_office: Office) -> Office:
    sqlite_office.configure(partner=COPIES + PROJECT, account="default = true")
    return sqlite_office


def codes(relay: Relay) -> list[str]:
    """The customer code of each file that left, in order."""
    return [letter.text.split("\n\n", 1)[1].split("\n")[0] for letter in relay.to(BL)]


def test_the_service_decides_and_each_account_has_its_own_file(three: Office, relay: Relay) -> None:
    for service in ("LOAN", "COPY", "LOAN", "COPY"):
        three.place(service=service)
    three.run()
    assert sorted(codes(relay)) == ["99-0001", "99-0011"]
    files = {letter.text.split("\n\n", 1)[1].split("\n")[0]: letter.text for letter in relay.to(BL)}
    assert "TXB1-1" in files["99-0001"] and "TXB3-1" in files["99-0001"]
    assert "TXB2-1" in files["99-0011"] and "TXB4-1" in files["99-0011"]


@pytest.mark.parametrize("name", ["Chemistry", "chemistry", "99-0012"])
def test_a_request_may_name_one(three: Office, relay: Relay, name: str) -> None:
    three.place(account=name)
    three.run()
    assert codes(relay) == ["99-0012"]


def test_later_messages_use_the_same_account(three: Office, relay: Relay) -> None:
    """Also after the configuration has come to choose another."""
    number = three.place(account="Chemistry")
    three.run()
    three.configure(partner=account("99-0012") + COPIES, account='services = ["LOAN"]')
    three.act(number, "cancel")
    three.run()
    assert codes(relay) == ["99-0012", "99-0012"]
    assert f"TX{number}-1 CANCEL" in relay.to(BL)[1].text


BOTH_WAYS = """
roles = ["RESPONDER", "REQUESTER"]
[[partner.artemail.account]]
direction = "in"
customer_code = "99-0001"
password = {{ env = "THEIR_PASSWORD" }}
{copies}
"""


def test_each_account_goes_out_with_its_own_password(
    sqlite_office: Office, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not with that of another account, nor with theirs where they have the same code with us."""
    for name, password in (("THEIR_PASSWORD", "Th7Word1"), ("COPY_PASSWORD", "Cp7Word2")):
        monkeypatch.setenv(name, password)
    copies = COPIES.replace("ART_PASSWORD", "COPY_PASSWORD")
    sqlite_office.configure(partner=BOTH_WAYS.format(copies=copies), account="default = true")
    for service in ("LOAN", "COPY"):
        sqlite_office.place(service=service)
    sqlite_office.run()
    lines = [letter.text.split("\n\n", 1)[1].split("\n")[:2] for letter in relay.to(BL)]
    assert sorted(lines) == [["99-0001", PASSWORD], ["99-0011", "Cp7Word2"]]


def test_an_account_that_nobody_has_is_refused_with_the_known_ones(three: Office) -> None:
    with pytest.raises(LocalFault, match=r"99-0011 \(copies\) COPY, 99-0012 \(Chemistry\), 99-0001"):
        three.place(account="physics")


def test_the_next_library_has_accounts_of_its_own(three: Office, relay: Relay) -> None:
    number = three.place(account="Chemistry", partners=["UK-BL", "UK-TWO"])
    three.run()
    three.arrives(f"{number}-1   NOT\n")
    three.run()
    (second,) = relay.to("orders@two.example")
    assert "99-0002" in second.text


def test_an_account_that_is_gone_holds_what_goes_by_it(three: Office, relay: Relay) -> None:
    number = three.place(account="Chemistry")
    three.run()
    three.act(number, "cancel")
    three.configure(partner=COPIES, account="default = true")
    three.run()
    shown = three.show(number)
    assert (shown["delivery"], shown["attention"]) == ("held", ["partner-gone"])
    assert "99-0012" in three.outbox()[0].note
    three.configure(partner=COPIES + PROJECT, account="default = true")
    three.clock.forward(minutes=2)
    three.run()
    assert three.show(number)["attention"] == []
    assert codes(relay) == ["99-0012", "99-0012"]


BOTH_CODECS = 'codec = "iso10161"\n[partner.artemail]\nenabled = true'
DISABLED = 'codec = "iso10161"\n[partner.artemail]\nenabled = false'


def test_prepared_letters_use_their_account_even_if_disabled(three: Office, relay: Relay) -> None:
    three.place(account="Chemistry")
    three.quiet()
    three.configure(partner=DISABLED + COPIES + PROJECT, account="default = true")
    three.run()
    (sent,) = relay.to(BL)
    assert codes(relay) == ["99-0012"]
    assert PASSWORD in sent.text


def test_later_messages_use_an_account_without_new_orders(three: Office, relay: Relay) -> None:
    number = three.place(account="Chemistry")
    three.run()
    three.configure(partner=DISABLED + COPIES + PROJECT, account="default = true")
    three.act(number, "cancel")
    three.run()
    assert codes(relay) == ["99-0012", "99-0012"]


def test_no_order_goes_or_comes_by_a_disabled_account_and_its_password_is_masked(
    three: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLD_PASSWORD", "Hd5Word2")
    theirs = PROJECT.replace('"out"', '"in"').replace("99-0012", "99-0014").replace('name = "Chemistry"', "")
    old = (COPIES + PROJECT + theirs).replace("ART_PASSWORD", "OLD_PASSWORD")
    for lines, known in ((BOTH_CODECS, True), (DISABLED, False)):
        three.configure(partner=lines + old, account="default = true")
        (partner,) = (one for one in three.app.config.partner if one.symbol == "UK-BL")
        assert (partners.account(partner, "in", "99-0014") is not None) is known
        assert (accounts.named(partner, "Chemistry") is not None) is known
        shown = three.app.context.registry.mask(b"Subject: x\r\n\r\nour Hd5Word2\r\n")
        assert b"Hd5Word2" not in shown
    with pytest.raises(LocalFault, match="Chemistry"):
        three.place(account="Chemistry")


def test_a_partner_that_is_gone_is_said_in_its_own_words(sqlite_office: Office, relay: Relay) -> None:
    number = sqlite_office.place()
    sqlite_office.configure(without="UK-BL")
    sqlite_office.run()
    assert sqlite_office.show(number)["attention"] == ["partner-gone"]
    (told,) = relay.to("desk@town.example")
    assert "no longer in config.toml" in told.text.replace("=\n", "").replace("\n", " ")


def test_a_service_that_no_account_takes_is_refused(sqlite_office: Office) -> None:
    sqlite_office.configure(account='services = ["COPY"]')
    with pytest.raises(LocalFault, match="No account with UK-BL takes a LOAN"):
        sqlite_office.place()
    warnings = self_check.check(sqlite_office.app.context, sqlite_office.app.store, connect=False).warnings
    assert any("no account takes an order of a LOAN" in one for one in warnings)


def test_check_shows_the_accounts(three: Office) -> None:
    fine = self_check.check(three.app.context, three.app.store, connect=False).fine
    assert "accounts with UK-BL: 99-0011 (copies) COPY, 99-0012 (Chemistry), 99-0001 (the rest)" in fine


WRONG = {
    "one service twice": ('services = ["COPY"]', COPIES, "two accounts claim this service"),
    "two for the rest": ("", PROJECT, "two accounts without services"),
    "two defaults": ("default = true", account("99-0013", "default = true"), "two accounts are the default"),
    "one name twice": (
        'default = true\nname = "COPIES"',
        COPIES,
        "a name that no other account has",
    ),
    "another's code as name": ('default = true\nname = "99-0011"', COPIES, "no other account has"),
    "no service": ('services = ["LOANS"]', "", "LOANS"),
}


@pytest.mark.parametrize("case", WRONG)
def test_ambiguous_accounts_stop_the_start(sqlite_office: Office, case: str) -> None:
    own, others, said = WRONG[case]
    with pytest.raises(Misconfigured, match=said):
        sqlite_office.configure(partner=others, account=own)


def test_a_customers_account_has_no_choice(sqlite_office: Office) -> None:
    file = sqlite_office.folder / "config.toml"
    text = file.read_text().replace('direction = "in"', 'direction = "in"\nname = "x"')
    file.write_text(text)
    with pytest.raises(Misconfigured, match="for our own accounts"):
        build.configured(file, sqlite_office.clock)


def test_a_report_for_another_of_our_accounts_is_not_about_this_order(three: Office) -> None:
    """Two systems may share the library's numbers; the code at the top says whose they are."""
    number = three.place()
    three.run()
    three.arrives(f"REPLIES FOR 99-0012   24-11-2026\n\n{number}-1   NOT\n")
    assert three.show(number)["state"] == "PENDING"
    with three.store.read() as connection:
        (line,) = letters.shelved(connection)
    assert "99-0012" in line.note and "99-0001" in line.note
    three.arrives(f"REPLIES FOR 99-0001   24-11-2026\n\n{number}-1   NOT\n")
    assert three.show(number)["state"] == "NOT_SUPPLIED"


def test_an_unknown_customer_code_is_ignored(three: Office) -> None:
    """It may be a telephone number, or somebody else's."""
    number = three.place()
    three.run()
    three.arrives(f"Call 99-4711 for help\n\n{number}-1   NOT\n")
    assert three.show(number)["state"] == "NOT_SUPPLIED"
