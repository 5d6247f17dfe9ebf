"""ARTEmail as a protocol: what must be known before its codec is made."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mailproc.config import Account, Config, Partner
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.protocols.artemail import account_rules
from mailproc.protocols.codec import Codec
from mailproc.protocols.protocol import Ability, WireProtocol

if TYPE_CHECKING:
    from mailproc.templating.contract import Contract


class _Artemail(WireProtocol):
    name = account_rules.NAME

    def codec(self, config: Config) -> Codec:
        from mailproc.protocols.artemail.codec import ArtemailCodec

        return ArtemailCodec.of(config)

    def problems(self, config: Config) -> Iterator[ConfigProblem]:
        return account_rules.problems(config)

    def files(self, config: Config) -> Iterator[tuple[Loc, str]]:
        yield ("artemail", "replies"), config.artemail.replies

    def contracts(self) -> "Sequence[Contract]":
        from mailproc.protocols.artemail.write.contracts import CONTRACTS

        return CONTRACTS

    def ability(self, dialect: str, config: Config) -> Ability:  # noqa: ARG002  # the same at every site
        from mailproc.protocols.artemail import delivery_modes

        plain = dialect == delivery_modes.PLAIN
        return Ability(lambda kind, role: delivery_modes.manner(kind, role, plain=plain))

    def accounts(self, partner: Partner) -> tuple[Account, ...]:
        return partner.artemail.accounts_in_use

    def every_account(self, partner: Partner) -> tuple[Account, ...]:
        return partner.artemail.account

    def number(self, partner: Partner, number: str) -> str:
        return f"{partner.artemail.prefix}{number}"

    def acknowledges(self, partner: Partner) -> bool:
        return partner.artemail.receipts


ARTEMAIL = _Artemail()
