"""Letters between people as a protocol: what must be known before its codec is made."""

from collections.abc import Iterator

from mailproc.config import Config
from mailproc.config_load.problem import ConfigProblem
from mailproc.protocols.codec import Codec
from mailproc.protocols.protocol import Ability, WireProtocol

NAME = "letter"


class _Letter(WireProtocol):
    name = NAME

    def codec(self, config: Config) -> Codec:  # noqa: ARG002  # a partner's settings are read at each letter
        from mailproc.protocols.letter.codec import LetterCodec

        return LetterCodec()

    def problems(self, config: Config) -> Iterator[ConfigProblem]:
        """Yield a dialect, which people have none of, and a layout that does nothing."""
        for position, partner in enumerate(config.partner):
            here, is_letter = ("partner", position), partner.codec == self.name
            if is_letter and partner.dialect:
                text = 'people have no dialect (labelled lines are [partner.letter] layout = "plain")'
                yield ConfigProblem((*here, "dialect"), text, partner.dialect)
            if partner.letter.layout == "plain" and partner.dialect != "plain":
                text = 'is a layout of codec = "letter"'
                yield ConfigProblem((*here, "letter", "layout"), text, partner.letter.layout)

    def ability(self, dialect: str, config: Config) -> Ability:  # noqa: ARG002  # the same for everybody
        from mailproc.protocols.letter.codec import manner

        return Ability(manner)


LETTER = _Letter()
