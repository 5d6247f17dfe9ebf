"""What must hold for the proofs of a partner's letters: [proof]; proof, networks, login of [[partner]]."""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator

from mailproc.config import Config, Partner
from mailproc.config_load.first_use import FirstUse
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.config_load.secret import ABSENT
from mailproc.config_load.value_checks import network_problems
from mailproc.mail.channel import LISTENER

LONGEST_NAME = 255
"""Characters of a user's or a host's name."""
MOST_MEMORY = 1_048_576
"""KiB that one look at a password may take."""
MOST_ROUNDS = 20
MOST_LANES = 16

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_HASH = re.compile(
    r"\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,})\$([A-Za-z0-9+/]{16,})",
    re.ASCII,
)


def problems(config: Config) -> Iterator[ConfigProblem]:
    yield from _section(config)
    users = FirstUse()
    for position, partner in enumerate(config.partner):
        loc = ("partner", position)
        yield from network_problems((*loc, "networks"), partner.networks)
        yield from _written(partner, (*loc, "proof"), config)
        yield from _needs(partner, loc, config)
        yield from _login(partner, (*loc, "login"), users)


def _section(config: Config) -> Iterator[ConfigProblem]:
    proof = config.proof
    for key, name in (("authserv_id", proof.authserv_id), ("received_by", proof.received_by)):
        if name and (len(name) > LONGEST_NAME or not _NAME.fullmatch(name)):
            text = 'must be a host name such as "mx.library.example", without a dot at the end'
            yield ConfigProblem(("proof", key), text, name)
    if proof.received_by and not proof.authserv_id:
        text = "means nothing without authserv_id: write that, or leave both empty"
        yield ConfigProblem(("proof", "received_by"), text, proof.received_by)
    yield from network_problems(("proof", "relay"), proof.relay)
    yield from _doors(config)


def _doors(config: Config) -> Iterator[ConfigProblem]:
    """What our relay says is believed only where strangers cannot write it: behind the relay."""
    there = [mailbox.name for mailbox in config.mailbox] + [LISTENER] * config.listen.enabled
    for position, door in enumerate(config.proof.doors):
        if door not in there:
            text = f"no such mailbox or listener; there are: {', '.join(there) or 'none'}"
            yield ConfigProblem(("proof", "doors", position), text, door)
    proofs = [*(one.proof for one in config.partner), *(one.proof for one in config.form)]
    asked = config.proof.authserv_id and any("dmarc" in proof for proof in proofs)
    others = "for others could write what it writes"
    if asked and len(there) > 1 and not config.proof.doors:
        text = f"letters come by {' and '.join(there)}: name those that come through the relay of authserv_id"
        yield ConfigProblem(("proof", "doors"), f"{text}, {others}")
    direct = [one.symbol for one in config.partner if {"network", "login"} & set(one.proof)]
    direct += [one.name for one in config.form if "network" in one.proof]
    if asked and LISTENER in (config.proof.doors or there) and direct and not config.proof.relay:
        text = f'{direct[0]} connects to the listener too: name the networks of your relay, ["192.0.2.25/32"]'
        yield ConfigProblem(("proof", "relay"), f"{text}, {others}")


def _written(partner: Partner, loc: Loc, config: Config) -> Iterator[ConfigProblem]:
    """Where letters really leave, nobody is believed by oversight."""
    if not partner.proof and config.deliver.mode == "smtp":
        yield ConfigProblem(
            loc,
            'is not written, and deliver.mode is "smtp": say how its letters are proven, as proof = ["dkim"],'
            ' ["dmarc"], ["network"] or ["login"] (any of a list suffices; docs/security.md says which), or'
            ' proof = ["none"], which believes whoever writes its address as the sender',
        )
    for position, name in enumerate(partner.proof):
        if name in partner.proof[:position]:
            yield ConfigProblem((*loc, position), "stands twice", name)


def _needs(partner: Partner, loc: Loc, config: Config) -> Iterator[ConfigProblem]:
    if "network" in partner.proof and not partner.networks:
        yield ConfigProblem((*loc, "networks"), 'proof "network" needs the networks, as in ["192.0.2.0/24"]')
    if "dmarc" in partner.proof and not config.proof.authserv_id:
        text = '"dmarc" needs [proof] authserv_id: the name that your relay has in Authentication-Results'
        yield ConfigProblem((*loc, "proof"), text)
    if "login" in partner.proof and partner.login is None:
        text = '"login" needs [partner.login] with user and hash; `mailproc password` makes the hash'
        yield ConfigProblem((*loc, "proof"), text)
    if "login" in partner.proof and config.listen.enabled and not config.listen.tls_cert:
        text = '"login" needs [listen] tls_cert: a password is taken over TLS only'
        yield ConfigProblem((*loc, "proof"), text)


def _login(partner: Partner, loc: Loc, users: FirstUse) -> Iterator[ConfigProblem]:
    if partner.login is None:
        return
    user, given = partner.login.user, partner.login.hash.get_secret_value()
    if not user or len(user) > LONGEST_NAME or not user.isprintable() or user != user.strip():
        yield ConfigProblem((*loc, "user"), "must be the name that its server logs in with", user)
    elif first := users.before(user, (*loc, "user")):
        text = "two partners have this user: a login must identify one partner"
        yield ConfigProblem((*loc, "user"), text, user, first)
    if given != ABSENT and (wrong := _not_a_hash(given)):
        yield ConfigProblem((*loc, "hash"), wrong)


def _not_a_hash(text: str) -> str:
    found = _HASH.fullmatch(text)
    if found is None:
        return "must be what `mailproc password` prints ($argon2id$…); the password itself is written nowhere"
    memory, rounds, lanes = map(int, found.groups()[:3])
    if not (_is_whole(found[4], 1) and _is_whole(found[5], 8)):
        return "is not whole; copy it again, or let `mailproc password` make another"
    if memory > MOST_MEMORY or rounds > MOST_ROUNDS:
        most = f"at most m={MOST_MEMORY} and t={MOST_ROUNDS}"
        return f"costs too much: {most}; `mailproc password` makes another"
    if not 1 <= lanes <= MOST_LANES or rounds < 1 or memory < 8 * lanes:  # RFC 9106, section 3.1
        return "has costs that argon2 does not know; `mailproc password` makes another"
    return ""


def _is_whole(text: str, multiple: int) -> bool:
    """Base64 without its "=". A tag has a multiple of 8 octets wherever it was made, so a cut one is seen."""
    try:
        octets = b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        return False
    return len(octets) % multiple == 0 and b64encode(octets).decode().rstrip("=") == text
