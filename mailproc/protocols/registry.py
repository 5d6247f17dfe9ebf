"""The protocols of this installation: one line for each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailproc.config import Account, Config, Partner
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.errors import LocalFault
from mailproc.ill.apdu import Apdu, IllAnswer
from mailproc.mail.letter import Letter
from mailproc.protocols.artemail.protocol import ARTEMAIL
from mailproc.protocols.codec import Codec, Explained, Follows
from mailproc.protocols.illsbn.protocol import ILLSBN
from mailproc.protocols.iso10161.protocol import ISO10161
from mailproc.protocols.letter.protocol import LETTER
from mailproc.protocols.protocol import WireProtocol
from mailproc.protocols.slnp.protocol import SLNP

if TYPE_CHECKING:  # loaded when made
    from mailproc.protocols.follows import FollowsTable
    from mailproc.templating.contract import Contract

PROTOCOLS: dict[str, WireProtocol] = {
    ARTEMAIL.name: ARTEMAIL,
    ILLSBN.name: ILLSBN,
    ISO10161.name: ISO10161,
    LETTER.name: LETTER,
    SLNP.name: SLNP,
}


def spoken_with(partner: Partner) -> WireProtocol:
    """Return the partner's protocol. Raise LocalFault that names the known ones."""
    return protocol(partner.codec)


def protocol(name: str) -> WireProtocol:
    """Return the protocol of this name. Raise LocalFault that names the known ones."""
    if name not in PROTOCOLS:
        raise _unknown(name, PROTOCOLS)
    return PROTOCOLS[name]


def accounts(partner: Partner) -> tuple[Account, ...]:
    """Return the partner's accounts of every protocol; those from before a change of protocol count."""
    return tuple(account for each in PROTOCOLS.values() for account in each.accounts(partner))


def every_account(partner: Partner) -> tuple[Account, ...]:
    """Return also the accounts without new orders."""
    return tuple(account for each in PROTOCOLS.values() for account in each.every_account(partner))


def problems(config: Config) -> Iterator[ConfigProblem]:
    """Yield mistakes in the protocols' parts of the configuration, and unknown codecs."""
    for position, partner in enumerate(config.partner):
        if partner.codec not in PROTOCOLS:
            text = f"must be one of: {', '.join(sorted(PROTOCOLS))}"
            yield ConfigProblem(("partner", position, "codec"), text, partner.codec)
    for each in PROTOCOLS.values():
        yield from each.problems(config)


def files(config: Config) -> Iterator[tuple[Loc, str]]:
    """Yield the files of the protocols that the configuration names, by key."""
    for each in PROTOCOLS.values():
        yield from each.files(config)


def contracts() -> "list[Contract]":
    """Return the contracts of all protocols' templates."""
    return [contract for each in PROTOCOLS.values() for contract in each.contracts()]


@dataclass(frozen=True)
class Registry:
    """The codecs as configured, and questions to all of them."""

    codecs: tuple[Codec, ...]
    follows_table: "FollowsTable"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is allowed in the configuration but probably not meant, as the protocols know it."""
        return tuple(warning for codec in self.codecs for warning in codec.warnings)

    def by_name(self, name: str) -> Codec:
        """Return the codec of this name. Raise LocalFault that names the known ones."""
        for codec in self.codecs:
            if codec.name == name:
                return codec
        raise _unknown(name, [codec.name for codec in self.codecs])

    def recognise(self, letter: Letter) -> Codec | None:
        """Return the codec that recognises the letter; None if none does.

        Codecs named by a part's media type are asked first, because that is quick. Parts inside other parts,
        and letters without such a type, are tried by all codecs in their order.
        """
        types = {part.media_type for part in letter.parts}
        named = (codec for codec in self.codecs if not types.isdisjoint(codec.media_types))
        return next((codec for codec in (*named, *self.codecs) if codec.recognise(letter)), None)

    def perhaps(self, letter: Letter) -> Codec | None:
        """Return the codec for a letter that none recognises but a proven partner of it may have sent."""
        return next((codec for codec in self.codecs if codec.perhaps(letter)), None)

    def mask(self, raw: bytes) -> bytes:
        """Return a letter's bytes for showing, with the secrets of every protocol masked."""
        for codec in self.codecs:
            raw = codec.mask(raw)
        return raw

    def explain(self, letter: Letter) -> Explained | None:
        """Explain how the letter is read, line by line; None if no protocol can."""
        told = [each for codec in self.codecs if (each := codec.explain(letter))]
        return next((each for each in told if each.kind), told[0] if told else None)

    def follows(self, answer: IllAnswer) -> Follows:
        """Return what an unfilled answer leads to: its reply code decides, else the standard's reason."""
        for codec in self.codecs:
            if (said := codec.follows(answer)) is not None:
                return said
        return self.follows_table.of(answer)

    def means(self, reply_code: str) -> str:
        """Return the meaning of a reply code, in English; '' if no protocol knows it."""
        return next(filter(None, (codec.means(reply_code) for codec in self.codecs)), "")

    def renews_itself(self, apdu: Apdu) -> bool | None:
        """Return whether the loan will be renewed without a request, or not at all; None: it does not say."""
        said = (codec.renews_itself(apdu) for codec in self.codecs)
        return next((one for one in said if one is not None), None)


def load(config: Config) -> Registry:
    """Make all codecs. Raise Misconfigured that names the file, and the row or key, of a mistake."""
    from mailproc.protocols.follows import FollowsTable

    codecs = tuple(each.codec(config) for each in PROTOCOLS.values())
    reasons: dict[str, Follows] = {}
    for codec in codecs:
        reasons |= codec.follows_by_reason()
    return Registry(codecs, FollowsTable(reasons))


def _unknown(name: str, known: "Sequence[str] | dict[str, WireProtocol]") -> LocalFault:
    return LocalFault(f"there is no codec {name!r}", (f"known are: {', '.join(sorted(known))}",))
