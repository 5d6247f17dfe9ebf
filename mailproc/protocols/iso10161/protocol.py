"""ISO 10161-1 as a protocol: what must be known before its codec is made."""

import re
from collections.abc import Iterator

from mailproc.config import Config, Partner
from mailproc.config_load.problem import ConfigProblem, Loc
from mailproc.ill.terms import TransactionId
from mailproc.mail.letter import BY_MAIL
from mailproc.protocols.codec import Codec
from mailproc.protocols.protocol import Ability, WireProtocol

_CRITICAL = re.compile(r"\*|[0-9]+(\.[0-9]+)*+")


class _Iso10161(WireProtocol):
    name = "iso10161"
    transports = (BY_MAIL, "tcp")

    def codec(self, config: Config) -> Codec:
        from mailproc.protocols.iso10161.codec import Iso10161Codec

        return Iso10161Codec.of(config)

    def problems(self, config: Config) -> Iterator[ConfigProblem]:
        for position, name in enumerate(config.iso10161.critical):
            if not _CRITICAL.fullmatch(name):
                text = 'must be a name of digits and dots, such as "1.0.10161.13.2", a number, or "*" for all'
                yield ConfigProblem(("iso10161", "critical", position), text, name)

    def files(self, config: Config) -> Iterator[tuple[Loc, str]]:
        yield ("iso10161", "dialects"), config.iso10161.dialects

    def ability(self, dialect: str, config: Config) -> Ability:
        from mailproc.protocols.iso10161 import dialects

        overlay = config.iso10161.dialects
        known = dialects.load(config.file.parent / overlay if overlay else None)
        spoken = known.get(dialect, known[dialects.STANDARD])
        return Ability(spoken.manner)

    def named(self, partner: Partner, number: str) -> TransactionId:
        """Return the group qualifier and, behind its last "/", the qualifier: "ILL-55/1"."""
        tgq, _, tq = number.rpartition("/") if "/" in number else (number, "", "")
        return TransactionId(partner.symbol, tgq, tq)


ISO10161 = _Iso10161()
