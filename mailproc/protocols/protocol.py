"""What a protocol's folder offers before its codec is made: one value, named in ``registry.PROTOCOLS``.

It is loaded by every verb of the command line: only ``codec``, ``contracts`` and ``ability`` load more, when
they are called.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mailproc.config import Account, Config, Partner
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.ill.terms import ApduType, Results, Role
from mailproc.protocols.codec import Codec, Manner

if TYPE_CHECKING:
    from mailproc.templating.contract import Contract


@dataclass(frozen=True)
class Ability:
    """What a dialect has messages for: the manner of each kind by role, and the answers it takes."""

    manner: Callable[[ApduType, Role], Manner] = lambda _kind, _role: Manner.SEND
    takes: Callable[[Results], bool] = lambda _results: True


NONE = Ability(lambda _kind, _role: Manner.REFUSE, lambda _results: False)
"""Of a protocol that is not there."""


class WireProtocol(ABC):
    """``name`` is what [[partner]] codec says. All but ``codec`` is optional."""

    name: ClassVar[str]

    @abstractmethod
    def codec(self, config: Config) -> Codec:
        """Raises Misconfigured that names the file and the row or key of a mistake."""

    def problems(self, config: Config) -> Iterator[ConfigProblem]:  # noqa: ARG002
        """What is wrong in this protocol's part of the configuration, as far as that needs no tables."""
        return iter(())

    def files(self, config: Config) -> Iterator[tuple[Loc, str]]:  # noqa: ARG002
        """The files of its own that the configuration names, by key; '' where none is named."""
        return iter(())

    def contracts(self) -> "Sequence[Contract]":
        """The templates of its letters."""
        return ()

    def ability(self, dialect: str, config: Config) -> Ability:  # noqa: ARG002
        """The same as its codec's ``manner`` and ``refuses`` say, without making it."""
        return Ability()

    def accounts(self, partner: Partner) -> tuple[Account, ...]:  # noqa: ARG002
        """Ours with the partner and the partner's with us, where orders go by an account."""
        return ()

    def every_account(self, partner: Partner) -> tuple[Account, ...]:
        """Also those that no new order goes or comes by: earlier orders went by them."""
        return self.accounts(partner)

    def number(self, partner: Partner, number: str) -> str:  # noqa: ARG002
        """Our number of an order ("B1-1") as the partner is to see it."""
        return number

    def acknowledges(self, partner: Partner) -> bool:  # noqa: ARG002
        """Is each order file of the partner acknowledged?"""
        return False
