"""Public keys of DKIM out of DNS: TXT records, asked with a bound on time and remembered for a while."""

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from ipaddress import ip_address

import dns.exception
import dns.nameserver
import dns.resolver

from mailproc.errors import StillSilent, TryLater
from mailproc.proof.public_key import MOST_OF_RECORD
from mailproc.sentence import sentence

LONGEST = 3_600.0  # seconds that a key is remembered at most, so that a revoked one is soon known
SHORTEST = 60.0  # at least, whatever its TTL: or every letter would ask again
ABSENT = 60.0  # seconds that "there is none" is remembered
MOST_REMEMBERED = 1_000
MOST_OF_ANSWER = MOST_OF_RECORD + 1  # octets that are kept: enough to see that it is too long
UDP_SIZE = 1_232  # octets that an answer by UDP may have: it then fits a packet; longer ones come by TCP
TRY = 2.0  # seconds until a nameserver is asked again, or the next one

PAUSE = 300.0  # seconds that a name without an answer is not asked for again (RFC 9520, section 3.2)
MOST_SILENT_NAMES = 3  # of one domain: then no other name of it is asked for
MOST_SILENT_DOMAINS = 5  # then nothing is asked

_ADDRESS = re.compile(
    r"(?P<address>\[[0-9A-Fa-f:.]{2,45}\]|[0-9.]{7,15})(?::(?P<port>[0-9]{1,5}))?|(?P<alone>[0-9A-Fa-f:.]{2,45})"
)


class DnsKeys:
    """A ``KeySource`` (``proof.dkim``): from a DNS name to its TXT record, or None where there is none.

    ``nameservers`` are IP addresses, with a port if need be ("192.0.2.53", "[2001:db8::53]:5353");
    none are those of the machine (/etc/resolv.conf). ``timeout`` bounds one look-up in seconds, with
    all its tries. ``clock`` gives seconds that never go back. May be called from any thread.
    Raises TryLater where there is no answer: a timeout, SERVFAIL, REFUSED, no nameserver; StillSilent
    where there was none a short while ago, so that it does not ask.
    """

    def __init__(
        self,
        nameservers: Sequence[str] = (),
        timeout: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._nameservers = [nameserver(one) for one in nameservers]
        self._timeout = timeout
        self._clock = clock
        self._lock = threading.Lock()
        self._keys, self._absent = _Memory(), _Memory()  # apart: absent names can be invented by the thousand
        self._silence = _Silence()

    def __call__(self, name: str) -> bytes | None:
        with self._lock:
            now = self._clock()
            if (key := self._keys.at(name, now)) is not None:
                return key
            if self._absent.at(name, now) is not None:
                return None
            if self._silence.covers(name, now, gave_a_key=name in self._keys):
                raise StillSilent(sentence("dns-silent", name=name))
        try:
            record, seconds = self._ask(name)
        except (dns.exception.DNSException, OSError) as error:
            with self._lock:
                self._silence.note(name, self._clock())
            raise TryLater(sentence("dns-no-answer", name=name, error=type(error).__name__)) from error
        with self._lock:
            memory = self._absent if record is None else self._keys
            memory.keep(name, record or b"", self._clock() + seconds)
        return record

    def _ask(self, name: str) -> tuple[bytes | None, float]:
        """The record, and for how many seconds it holds."""
        try:
            answer = self._resolver().resolve(name + ".", "TXT", search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.YXDOMAIN):
            return None, ABSENT
        record = _only([b"".join(one.strings) for one in answer])
        if answer.rrset is None or record is None:
            return None, ABSENT
        return record[:MOST_OF_ANSWER], min(max(answer.rrset.ttl, SHORTEST), LONGEST)

    def _resolver(self) -> dns.resolver.Resolver:
        """Made for each question: /etc/resolv.conf may have changed since."""
        resolver = dns.resolver.Resolver(configure=not self._nameservers)
        if self._nameservers:
            resolver.nameservers = list(self._nameservers)
        resolver.lifetime = self._timeout
        resolver.timeout = min(TRY, self._timeout)
        resolver.use_edns(0, payload=UDP_SIZE)
        return resolver


class _Memory:
    """What was answered about the latest names, and until when it holds."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, tuple[bytes, float]] = OrderedDict()

    def __contains__(self, name: str) -> bool:
        """Whether anything was answered, be it long ago."""
        return name in self._answers

    def at(self, name: str, now: float) -> bytes | None:
        record, until = self._answers.get(name, (b"", now))
        return record if until > now else None

    def keep(self, name: str, record: bytes, until: float) -> None:
        self._answers[name] = (record, until)
        self._answers.move_to_end(name)
        if len(self._answers) > MOST_REMEMBERED:
            self._answers.popitem(last=False)


class _Silence:
    """Names about which DNS gave no answer, so that forged signatures cannot make the queue wait for
    them one after the other."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def note(self, name: str, now: float) -> None:
        self._until[name] = now + PAUSE

    def covers(self, name: str, now: float, gave_a_key: bool) -> bool:
        """Whether the name, its domain or all of DNS is taken for silent.

        A name that gave a key before is asked for though its domain is silent: a stranger may know
        names of that domain that no nameserver answers.
        """
        self._until = {one: until for one, until in self._until.items() if until > now}
        domains = [_domain(one) for one in self._until]
        return (
            name in self._until
            or (domains.count(_domain(name)) >= MOST_SILENT_NAMES and not gave_a_key)
            or len(set(domains)) >= MOST_SILENT_DOMAINS
        )


def _only(records: list[bytes]) -> bytes | None:
    """The one record, or the one that calls itself a key; two keys mean nothing (RFC 6376, 3.6.2.2)."""
    if len(records) > 1:
        records = [one for one in records if one.startswith(b"v=DKIM1")]
    return records[0] if len(records) == 1 else None


def _domain(name: str) -> str:
    return name.rpartition("._domainkey.")[2]


def nameserver(text: str) -> dns.nameserver.Nameserver:
    """Read an IP address with or without a port. Raise ValueError where it is none."""
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no IP address with or without a port")
    address, port = found["address"] or found["alone"], int(found["port"] or 53)
    if not 0 < port < 65_536:
        raise ValueError(f"{text!r} has no port of 1 to 65535")
    return dns.nameserver.Do53Nameserver(str(ip_address(address.strip("[]"))), port)
