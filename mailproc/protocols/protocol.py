"""What a protocol offers before its codec is made: one value for each, listed in ``registry.PROTOCOLS``.

Every verb of the command line loads this. Only ``codec``, ``contracts`` and ``ability`` load more, when
called.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mailproc.config import Account, Config, Partner
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.ill.terms import ApduType, Ref, Role, TransactionId
from mailproc.mail.letter import BY_MAIL
from mailproc.protocols.codec import Codec, Manner

if TYPE_CHECKING:
    from mailproc.templating.contract import Contract


@dataclass(frozen=True)
class Ability:
    """How messages go to a system of a dialect: the manner of each type by role."""

    manner: Callable[[ApduType, Role], Manner] = lambda _kind, _role: Manner.SEND


NONE = Ability(lambda _kind, _role: Manner.REFUSE)
"""The ability of a protocol that is not installed."""


class WireProtocol(ABC):
    """One protocol. ``name`` is its value of [[partner]] codec. All methods but ``codec`` are optional."""

    name: ClassVar[str]
    transports: ClassVar[tuple[str, ...]] = (BY_MAIL,)
    """Which transports (``transport.TRANSPORTS``) carry its messages, the usual one first."""

    @abstractmethod
    def codec(self, config: Config) -> Codec:
        """Make the codec. Raise Misconfigured that names the file, and the row or key, of a mistake."""

    def problems(self, config: Config) -> Iterator[ConfigProblem]:  # noqa: ARG002
        """Yield mistakes in this protocol's configuration that can be found without its tables."""
        return iter(())

    def files(self, config: Config) -> Iterator[tuple[Loc, str]]:  # noqa: ARG002
        """Yield the files that the configuration names for this protocol, by key; '' if none is named."""
        return iter(())

    def contracts(self) -> "Sequence[Contract]":
        """Return the contracts of its templates."""
        return ()

    def ability(self, dialect: str, config: Config) -> Ability:  # noqa: ARG002
        """Return what the codec's ``manner`` says, without making the codec."""
        return Ability()

    def accounts(self, partner: Partner) -> tuple[Account, ...]:  # noqa: ARG002
        """Return the accounts in use, ours with the partner and the partner's with us."""
        return ()

    def every_account(self, partner: Partner) -> tuple[Account, ...]:
        """Return also the accounts without new orders: earlier orders used them."""
        return self.accounts(partner)

    def number(self, partner: Partner, number: str) -> str:  # noqa: ARG002
        """Return our number of an order ("B1-1") as the partner sees it."""
        return number

    def named(self, partner: Partner, number: str) -> TransactionId | Ref:
        """Return the name on the wire of the partner's order that has this ``number`` on paper."""
        codes = [one.customer_code for one in self.accounts(partner) if one.direction == "in"]
        return Ref(number=number, customer_code=codes[0] if codes else "")

    def acknowledges(self, partner: Partner) -> bool:  # noqa: ARG002
        """Return whether each order file of the partner gets a receipt."""
        return False
