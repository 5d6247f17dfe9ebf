"""The protocols that this installation speaks: one line for each."""

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
from mailproc.protocols.iso10161.protocol import ISO10161
from mailproc.protocols.protocol import WireProtocol

if TYPE_CHECKING:  # loaded when made
    from mailproc.protocols.follows import FollowsTable
    from mailproc.templating.contract import Contract

PROTOCOLS: dict[str, WireProtocol] = {
    ARTEMAIL.name: ARTEMAIL,
    ISO10161.name: ISO10161,
}


def spoken_with(partner: Partner) -> WireProtocol:
    """The partner's protocol. Raises LocalFault that names the known ones."""
    return protocol(partner.codec)


def protocol(name: str) -> WireProtocol:
    """Raises LocalFault that names the known ones."""
    if name not in PROTOCOLS:
        raise _unknown(name, PROTOCOLS)
    return PROTOCOLS[name]


def accounts(partner: Partner) -> tuple[Account, ...]:
    """The accounts of the partner by every protocol: one that speaks another since may still name them."""
    return tuple(account for each in PROTOCOLS.values() for account in each.accounts(partner))


def every_account(partner: Partner) -> tuple[Account, ...]:
    """Also those that no new order goes or comes by."""
    return tuple(account for each in PROTOCOLS.values() for account in each.every_account(partner))


def problems(config: Config) -> Iterator[ConfigProblem]:
    """What is wrong in the protocols' parts of the configuration, and codecs that there are not."""
    for position, partner in enumerate(config.partner):
        if partner.codec not in PROTOCOLS:
            text = f"must be one of: {', '.join(sorted(PROTOCOLS))}"
            yield ConfigProblem(("partner", position, "codec"), text, partner.codec)
    for each in PROTOCOLS.values():
        yield from each.problems(config)


def files(config: Config) -> Iterator[tuple[Loc, str]]:
    """The files of the protocols that the configuration names, by key."""
    for each in PROTOCOLS.values():
        yield from each.files(config)


def contracts() -> "list[Contract]":
    """The templates of all protocols."""
    return [contract for each in PROTOCOLS.values() for contract in each.contracts()]


@dataclass(frozen=True)
class Registry:
    """The codecs as configured; what is asked of all of them."""

    codecs: tuple[Codec, ...]
    follows_table: "FollowsTable"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is allowed in the configuration and yet worth a word, as the protocols know it."""
        return tuple(warning for codec in self.codecs for warning in codec.warnings)

    def by_name(self, name: str) -> Codec:
        """Raises LocalFault that names the known ones."""
        for codec in self.codecs:
            if codec.name == name:
                return codec
        raise _unknown(name, [codec.name for codec in self.codecs])

    def recognise(self, letter: Letter) -> Codec | None:
        """The one codec that takes the letter; None where none does.

        The codec that a part of the letter names by its media type is asked first, which is also quick to
        see. What lies deeper, or names nothing, is for all of them in their order.
        """
        types = {part.media_type for part in letter.parts}
        named = (codec for codec in self.codecs if not types.isdisjoint(codec.media_types))
        return next((codec for codec in (*named, *self.codecs) if codec.recognise(letter)), None)

    def perhaps(self, letter: Letter) -> Codec | None:
        """Who would take a letter that nobody recognises, if its sender is proven and speaks the protocol."""
        return next((codec for codec in self.codecs if codec.perhaps(letter)), None)

    def mask(self, raw: bytes) -> bytes:
        """A letter's bytes for showing: the secrets of every protocol masked."""
        for codec in self.codecs:
            raw = codec.mask(raw)
        return raw

    def explain(self, letter: Letter) -> Explained | None:
        """How the letter is read, line by line; None where no protocol can tell."""
        told = [each for codec in self.codecs if (each := codec.explain(letter))]
        return next((each for each in told if each.kind), told[0] if told else None)

    def follows(self, answer: IllAnswer) -> Follows:
        """What an unfilled answer leads to: its reply code decides, else the standard's reason."""
        for codec in self.codecs:
            if (said := codec.follows(answer)) is not None:
                return said
        return self.follows_table.of(answer)

    def means(self, reply_code: str) -> str:
        """What a reply code says, in English; '' of one that nobody knows."""
        return next(filter(None, (codec.means(reply_code) for codec in self.codecs)), "")

    def renews_itself(self, apdu: Apdu) -> bool:
        """Does this letter say that the loan will be renewed without our asking?"""
        return any(codec.renews_itself(apdu) for codec in self.codecs)


def load(config: Config) -> Registry:
    """Raises Misconfigured that names the file and the row or key of a mistake."""
    from mailproc.protocols.follows import FollowsTable

    codecs = tuple(each.codec(config) for each in PROTOCOLS.values())
    reasons: dict[str, Follows] = {}
    for codec in codecs:
        reasons |= codec.follows_by_reason()
    return Registry(codecs, FollowsTable(reasons))


def _unknown(name: str, known: "Sequence[str] | dict[str, WireProtocol]") -> LocalFault:
    return LocalFault(f"there is no codec {name!r}", (f"known are: {', '.join(sorted(known))}",))
