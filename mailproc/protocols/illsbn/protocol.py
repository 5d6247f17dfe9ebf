"""ILL SBN as a protocol: what must be known before its codec is made."""

from mailproc.config import Config
from mailproc.protocols.codec import Codec
from mailproc.protocols.protocol import Ability, WireProtocol


class _IllSbn(WireProtocol):
    name = "illsbn"
    transports = ("http",)

    def codec(self, config: Config) -> Codec:
        from mailproc.protocols.illsbn.codec import IllSbnCodec

        return IllSbnCodec.of(config)

    def ability(self, dialect: str, config: Config) -> Ability:  # noqa: ARG002  # the same for everybody
        from mailproc.protocols.illsbn.manners import manner

        return Ability(manner)


ILLSBN = _IllSbn()
