"""Keys out of DNS, from a nameserver that answers, lies and is silent."""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from dns.nameserver import Do53Nameserver

from mailproc.errors import TryLater
from mailproc.transport import dns_keys
from mailproc.transport.dns_keys import DnsKeys, nameserver
from tests.servers.dns import NO_NAME, SILENT, Answer, NameServer

NAME = "mail._domainkey.lender.example"
RECORD = b"v=DKIM1; p=" + b"A" * 392  # two strings of a TXT record
WITHIN = 0.6  # seconds that a look-up may take here


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server() -> Iterator[NameServer]:
    with NameServer() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(server: NameServer, clock: Clock) -> DnsKeys:
    return DnsKeys([server.address], timeout=WITHIN, clock=clock)


@pytest.fixture
def patient(server: NameServer, clock: Clock) -> DnsKeys:
    """For answers that come: on a loaded machine they take their time."""
    return DnsKeys([server.address], timeout=20, clock=clock)


ANSWERS = {
    "one record in two strings": (Answer((RECORD,)), RECORD),
    "an empty record": (Answer((b"",)), b""),
    "a binary record": (Answer((bytes(range(256)),)), bytes(range(256))),
    "behind a chain of names": (Answer((RECORD,), aliases=("a.example", "b.example", "c.example")), RECORD),
    "too long for UDP": (Answer((RECORD * 9,)), RECORD * 9),
    "a huge record": (Answer((b"x" * 60_000,)), b"x" * dns_keys.MOST_OF_ANSWER),
    "late, but in time": (Answer((RECORD,), late=0.1), RECORD),
    "no such name": (NO_NAME, None),
    "no TXT record": (Answer(), None),
    "an alias that leads nowhere": (Answer(aliases=("a.example",)), None),
    "something else beside": (Answer((b"v=spf1 -all", RECORD)), RECORD),
    "two keys": (Answer((RECORD, RECORD + b"A")), None),
    "two records that are no keys": (Answer((b"v=spf1 -all", b"verification=1")), None),
}


@pytest.mark.parametrize(("answer", "record"), ANSWERS.values(), ids=ANSWERS.keys())
def test_what_a_nameserver_answers(
    answer: Answer, record: bytes | None, server: NameServer, patient: DnsKeys
) -> None:
    server.answers[NAME] = answer
    assert patient(NAME) == record


NO_ANSWERS = {
    "SERVFAIL": Answer(rcode="SERVFAIL"),
    "REFUSED": Answer(rcode="REFUSED"),
    "FORMERR": Answer(rcode="FORMERR"),
    "NOTIMP": Answer(rcode="NOTIMP"),
    "silent": SILENT,
    "too late": Answer((RECORD,), late=30),
    "an answer to another question": Answer((RECORD,), manner="wrong id"),
    "garbage": Answer(manner="garbage"),
    "TCP that drips": Answer((RECORD,), manner="dripping"),
    "an alias of itself": Answer(aliases=(NAME, NAME)),
}


@pytest.mark.parametrize("answer", NO_ANSWERS.values(), ids=NO_ANSWERS.keys())
def test_no_answer_means_later_and_within_the_timeout(
    answer: Answer, server: NameServer, keys: DnsKeys
) -> None:
    server.answers[NAME] = answer
    begun = time.monotonic()
    with pytest.raises(TryLater, match=NAME):
        keys(NAME)
    assert time.monotonic() - begun < WITHIN + 1


def test_a_long_key_comes_by_udp_and_only_a_very_long_one_by_tcp(
    server: NameServer, patient: DnsKeys
) -> None:
    """TCP to nameservers is often closed."""
    server.key("long.example", b"x" * 1_000)
    server.key("longer.example", b"x" * 1_300)
    assert (patient("long.example"), patient("longer.example")) == (b"x" * 1_000, b"x" * 1_300)
    assert server.asked_by_tcp == {"longer.example": 1}


def test_no_nameserver_means_later(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine names none: /etc/resolv.conf is not there."""
    import dns.resolver

    def configured(self: dns.resolver.Resolver, *_: object) -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", configured)
    with pytest.raises(TryLater):
        DnsKeys()(NAME)


def test_nobody_listens_there() -> None:
    with NameServer() as gone:
        address = gone.address
    with pytest.raises(TryLater):
        DnsKeys([address], timeout=WITHIN)(NAME)


def test_a_second_nameserver_is_asked_where_the_first_fails(server: NameServer) -> None:
    server.key(NAME, RECORD)
    with NameServer(default=Answer(rcode="SERVFAIL")) as broken:
        for _ in range(5):  # dnspython may begin with either
            assert DnsKeys([broken.address, server.address], timeout=3)(NAME) == RECORD


@pytest.mark.parametrize(
    "name", ["a..example", ".example", "x" * 64 + ".example", "é._domainkey.example", ""]
)
def test_what_is_no_name_is_no_bug(name: str, patient: DnsKeys) -> None:
    with suppress(TryLater):
        assert patient(name) is None


# --- what is remembered -----------------------------------------------------------------------------

REMEMBERED = {
    "by its TTL": (Answer((RECORD,), ttl=900), 900),
    "never for less than a minute": (Answer((RECORD,), ttl=0), dns_keys.SHORTEST),
    "never for more than an hour": (Answer((RECORD,), ttl=2_000_000), dns_keys.LONGEST),
    "that there is none, for a minute": (NO_NAME, dns_keys.ABSENT),
}


@pytest.mark.parametrize(("answer", "seconds"), REMEMBERED.values(), ids=REMEMBERED.keys())
def test_what_is_remembered_is_not_asked_for(
    answer: Answer, seconds: float, server: NameServer, patient: DnsKeys, clock: Clock
) -> None:
    server.answers[NAME] = answer
    first = patient(NAME)
    clock.now += seconds - 1
    assert patient(NAME) == first
    assert server.asked[NAME] == 1
    server.key(NAME, b"another")
    clock.now += 1
    assert patient(NAME) == b"another"
    assert server.asked[NAME] == 2


def test_not_more_than_so_many_are_remembered(
    server: NameServer, patient: DnsKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dns_keys, "MOST_REMEMBERED", 3)
    server.default = Answer((RECORD,))
    for number in range(5):
        patient(f"s{number}.example")
    patient("s4.example")
    patient("s0.example")
    assert (server.asked["s4.example"], server.asked["s0.example"]) == (1, 2)


# --- silence ----------------------------------------------------------------------------------------


def silent(keys: DnsKeys, name: str) -> None:
    with pytest.raises(TryLater):
        keys(name)


def test_a_silent_name_is_not_asked_again_for_a_while(
    server: NameServer, keys: DnsKeys, clock: Clock
) -> None:
    server.answers[NAME] = Answer(rcode="SERVFAIL")
    silent(keys, NAME)
    asked = server.asked[NAME]
    server.key(NAME, RECORD)
    clock.now += dns_keys.PAUSE - 1
    silent(keys, NAME)
    assert server.asked[NAME] == asked
    clock.now += 2
    assert keys(NAME) == RECORD


def test_forged_selectors_of_a_silent_domain_are_soon_not_asked_for(
    server: NameServer, keys: DnsKeys, clock: Clock
) -> None:
    """A stranger may invent a selector for each letter; the queue must not wait for each."""
    server.default = Answer(rcode="SERVFAIL")
    for number in range(20):
        silent(keys, f"s{number}._domainkey.lender.example")
    assert len(server.asked) == dns_keys.MOST_SILENT_NAMES
    server.default = Answer((RECORD,))
    assert keys("mail._domainkey.other.example") == RECORD, "other domains are heard"
    silent(keys, NAME)
    clock.now += dns_keys.PAUSE + 1
    assert keys(NAME) == RECORD


def test_one_dead_selector_silences_nothing_else(server: NameServer, keys: DnsKeys) -> None:
    """A selector left over from a mail provider may lead nowhere; strangers can name it."""
    server.answers["old._domainkey.lender.example"] = Answer(rcode="SERVFAIL")
    server.key(NAME, RECORD)
    for _ in range(5):
        silent(keys, "old._domainkey.lender.example")
    assert keys(NAME) == RECORD


def test_where_all_domains_are_silent_dns_is_left_alone(server: NameServer, keys: DnsKeys) -> None:
    server.default = Answer(rcode="SERVFAIL")
    for number in range(20):
        silent(keys, f"mail._domainkey.d{number}.example")
    assert len(server.asked) == dns_keys.MOST_SILENT_DOMAINS


def test_a_selector_that_gave_a_key_is_asked_for_though_its_domain_is_silent(
    server: NameServer, keys: DnsKeys, clock: Clock
) -> None:
    """Strangers may know names of a domain that no nameserver answers, and write them again and again."""
    server.key(NAME, RECORD)
    assert keys(NAME) == RECORD
    clock.now += dns_keys.LONGEST
    server.default = Answer(rcode="SERVFAIL")
    for number in range(9):
        silent(keys, f"s{number}._domainkey.lender.example")
    assert keys(NAME) == RECORD
    assert server.asked[NAME] == 2


def test_absent_names_push_no_key_out(
    server: NameServer, patient: DnsKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dns_keys, "MOST_REMEMBERED", 3)
    server.key(NAME, RECORD)
    patient(NAME)
    for number in range(5):
        assert patient(f"s{number}._domainkey.lender.example") is None
    patient(NAME)
    assert server.asked[NAME] == 1


def test_what_is_remembered_is_heard_in_silence(server: NameServer, keys: DnsKeys) -> None:
    server.key(NAME, RECORD)
    assert keys(NAME) == RECORD
    server.default = Answer(rcode="SERVFAIL")
    for number in range(9):
        silent(keys, f"s{number}._domainkey.lender.example")
    assert keys(NAME) == RECORD


def test_several_threads_may_ask_at_once(server: NameServer, patient: DnsKeys) -> None:
    server.default = Answer((RECORD,), late=0.05)
    found: list[bytes | None] = []
    threads = [
        threading.Thread(target=lambda n=n: found.append(patient(f"s{n % 3}.example"))) for n in range(9)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join(10)
    assert found == [RECORD] * 9


# --- the setting ------------------------------------------------------------------------------------

ADDRESSES = {
    "192.0.2.53": ("192.0.2.53", 53),
    "192.0.2.53:5353": ("192.0.2.53", 5353),
    "2001:db8::53": ("2001:db8::53", 53),
    "[2001:db8::53]": ("2001:db8::53", 53),
    "[2001:db8::53]:5353": ("2001:db8::53", 5353),
}
NONE = ["", "dns.example", "192.0.2.53:", "192.0.2.53:0", "192.0.2.53:65536", "192.0.2.53:x", "192.0.2.53:²"]
NONE += ["[2001:db8::53", "[2001:db8::53]5353x", "192.0.2.53:" + "9" * 5000, "https://192.0.2.53"]


@pytest.mark.parametrize(("text", "server"), ADDRESSES.items())
def test_a_nameserver_is_an_address_with_or_without_a_port(text: str, server: tuple[str, int]) -> None:
    found = nameserver(text)
    assert isinstance(found, Do53Nameserver)
    assert (found.address, found.port) == server


@pytest.mark.parametrize("text", NONE)
def test_anything_else_is_no_nameserver(text: str) -> None:
    with pytest.raises(ValueError):
        nameserver(text)
