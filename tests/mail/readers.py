"""Other readers of From: whom they take for the authors of a letter.

An author is (local part without its quotes, domain), both in lower case; None is a group, or what
the reader could not read.
"""

import base64
import email
import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from email.policy import compat32, default
from email.utils import getaddresses

from tests.servers.dovecot import Dovecot

Author = tuple[str, str] | None
Authors = list[Author]

AT_ONCE = 500
PERL = shutil.which("perl")
_SCRIPT = """
use Email::Address::XS qw(parse_email_groups);
use JSON::PP;
use MIME::Base64;
while (my $line = <STDIN>) {
    my @groups = parse_email_groups(decode_base64($line));
    my @authors;
    while (@groups) {
        my ($name, $members) = splice @groups, 0, 2;
        push @authors, undef if defined $name;
        for my $one (@$members) {
            push @authors, $one->is_valid ? [map { encode_base64($_, '') } $one->user, $one->host] : undef;
        }
    }
    print encode_json(\\@authors), "\\n";
}
"""


def author(local: str, domain: str) -> Author:
    return (_lower(local), _lower(domain)) if local else None


def written(address: str) -> Author:
    """An address as it stands in a letter: "a b"@c is of the local part a b."""
    local, _, domain = address.rpartition("@") if "@" in address else (address, "", "")
    if re.fullmatch(r'".*"', local, re.DOTALL):
        local = re.sub(r"\\(.)", r"\1", local[1:-1], flags=re.DOTALL)
    return author(local, domain)


def _lower(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").lower().decode("utf-8", "replace")


def fields_of(letter: bytes) -> list[str]:
    """Its From fields, as Python's old parser finds them."""
    return [value for name, value in _message(letter, compat32).raw_items() if name.lower() == "from"]


def python_old(letter: bytes) -> Authors:
    """``getaddresses`` of the unfolded fields; it ends strings and comments at a fold."""
    return [written(address) for _, address in getaddresses(map(_unfolded, fields_of(letter)))]


def python_folded(letter: bytes) -> Authors:
    """The same by a caller who forgot to unfold."""
    return [written(address) for _, address in getaddresses(fields_of(letter))]


def _unfolded(field: str) -> str:
    return re.sub(r"\r?\n", "", field)


def python_new(letter: bytes) -> Authors:
    found: Authors = []
    try:
        for field in _message(letter, default).get_all("from", []):
            for group in field.groups:
                found += [None] if group.display_name is not None else []
                found += [author(one.username, one.domain) for one in group.addresses]
    except Exception:  # of several kinds, on odd fields
        return [None]
    return found


def _message(letter: bytes, policy: email.policy.Policy) -> email.message.Message:
    try:
        return email.message_from_string(letter.decode(), policy=policy)
    except UnicodeDecodeError:
        return email.message_from_bytes(letter, policy=policy)


def perl(letters: Sequence[bytes]) -> list[Authors] | None:
    """Email::Address::XS; None where it is not installed."""
    fields = ["\n".join(fields_of(letter)) for letter in letters]
    unfolded = [_unfolded(field).encode("utf-8", "surrogateescape") for field in fields]
    asked = b"".join(base64.b64encode(field) + b"\n" for field in unfolded)
    ended = subprocess.run([PERL or "perl", "-e", _SCRIPT], input=asked, capture_output=True, check=False)
    if b"Can't locate Email/Address/XS" in ended.stderr:
        return None
    assert ended.returncode == 0, ended.stderr
    return [[_from_perl(one) for one in json.loads(line)] for line in ended.stdout.splitlines()]


def _from_perl(said: list[str] | None) -> Author:
    if said is None:
        return None
    local, domain = (base64.b64decode(part).decode("utf-8", "replace") for part in said)
    return author(local, domain)


def dovecot(server: Dovecot, user: str, letters: Sequence[bytes]) -> list[Authors]:
    """What the ENVELOPE of a real IMAP server says (RFC 3501 section 7.4.2)."""
    for first in range(0, len(letters), AT_ONCE):
        server.fill(user, letters[first : first + AT_ONCE])
    with server.client(user) as client:
        client.select_folder("INBOX", readonly=True)
        found = client.fetch(client.search(), ["ENVELOPE"])
    return [[_from_envelope(one) for one in found[uid][b"ENVELOPE"].from_ or ()] for uid in sorted(found)]


def _from_envelope(said: object) -> Author:
    host, mailbox = getattr(said, "host", None), getattr(said, "mailbox", None)
    if host is None or mailbox is None or getattr(said, "route", None):
        return None
    domain = "" if host == b"MISSING_DOMAIN" else host.decode("utf-8", "replace")
    return author(mailbox.decode("utf-8", "replace"), domain)
