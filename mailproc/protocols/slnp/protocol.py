"""SLNP as a protocol: what must be known before its codec is made."""

from collections.abc import Iterator

from mailproc.config import Config, Partner
from mailproc.config_load.problem import ConfigProblem
from mailproc.ill.terms import Ref
from mailproc.mail.letter import BY_MAIL
from mailproc.protocols.codec import Codec
from mailproc.protocols.protocol import Ability, WireProtocol


class _Slnp(WireProtocol):
    name = "slnp"
    transports = (BY_MAIL, "slnp")

    def codec(self, config: Config) -> Codec:
        from mailproc.protocols.slnp.codec import SlnpCodec

        return SlnpCodec.of(config)

    def problems(self, config: Config) -> Iterator[ConfigProblem]:
        from mailproc.protocols.slnp import rules

        return rules.problems(config)

    def ability(self, dialect: str, config: Config) -> Ability:  # noqa: ARG002  # there are no dialects
        from mailproc.protocols.slnp.settings import manner

        return Ability(manner)

    def number(self, partner: Partner, number: str) -> str:
        """Return the PFLNummer: some ZFL tell libraries apart by what stands before it."""
        return partner.slnp.prefix + number

    def named(self, partner: Partner, number: str) -> Ref:  # noqa: ARG002
        return Ref(number=number)


SLNP = _Slnp()
