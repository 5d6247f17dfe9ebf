"""The codecs that this installation speaks: one line for each protocol."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mailproc import config_load
from mailproc.config import Config
from mailproc.errors import LocalFault
from mailproc.ill.apdu import Apdu, IllAnswer, IllRequest
from mailproc.mail.letter import Body, Letter
from mailproc.protocols.artemail import acknowledge
from mailproc.protocols.artemail.acknowledge import Receipt, receipt_of
from mailproc.protocols.artemail.codec import ArtemailCodec
from mailproc.protocols.codec import Codec, Credentials, Decoded, Fault, Renderer
from mailproc.protocols.follows import Follows, FollowsTable, NoSuchAnswer
from mailproc.protocols.iso10161.codec import Iso10161Codec


@dataclass(frozen=True)
class Registry:
    codecs: tuple[Codec, ...]
    artemail: ArtemailCodec
    follows_table: FollowsTable
    warnings: tuple[str, ...] = ()
    """What is allowed in the configuration and yet worth a word, as the protocols know it."""

    def by_name(self, name: str) -> Codec:
        """Raises LocalFault that names the known ones."""
        for codec in self.codecs:
            if codec.name == name:
                return codec
        known = ", ".join(codec.name for codec in self.codecs)
        raise LocalFault(f"there is no codec {name!r}", (f"known are: {known}",))

    def recognise(self, letter: Letter) -> Codec | None:
        """The one codec that takes the letter; None where none does."""
        return next((codec for codec in self.codecs if codec.recognise(letter)), None)

    def perhaps(self, letter: Letter) -> Codec | None:
        """Who would take a letter that nobody recognises, if its sender is proven and speaks the protocol."""
        return self.artemail if self.artemail.perhaps(letter) else None

    def mask(self, raw: bytes) -> bytes:
        """A letter's bytes for showing: the secrets of every protocol masked."""
        for codec in self.codecs:
            raw = codec.mask(raw)
        return raw

    def receipt(self, said: Credentials, decoded: Decoded) -> dict[str, Any] | None:
        """What a customer is to be told of its order file, as JSON; None where nothing can be."""
        receipt = receipt_of(said.customer_code, said.file_ref, len(decoded.apdus), decoded.faults)
        return asdict(receipt) if receipt else None

    def receipt_letter(
        self, receipt: Mapping[str, Any], refused: Sequence[Fault], renderer: Renderer
    ) -> Body:
        """The letter of what ``receipt`` gave, less the orders that were read and could not be taken.

        Raises LocalFault where the template loses something.
        """
        made = acknowledge.without(Receipt(**{**receipt, "rejected": tuple(receipt["rejected"])}), refused)
        return acknowledge.letter(made, renderer, self.artemail.replies)

    def unknown_words(self, wanted: IllRequest) -> tuple[str, ...]:
        """What a customer's order says beside its item in words that nobody knows; staff look at it."""
        return self.artemail.unknown_words(wanted)

    def follows(self, answer: IllAnswer) -> Follows:
        """What an unfilled answer leads to: its reply code decides, else the standard's reason."""
        return self.follows_table.of(answer)

    def means(self, reply_code: str) -> str:
        """What a reply code of the British Library says, in English; '' of one that nobody knows."""
        codes = self.artemail.replies.codes
        found = codes.find(reply_code)
        return found.code.means if found else codes.means(reply_code)

    def renews_itself(self, apdu: Apdu) -> bool:
        """Does this letter say that the loan will be renewed without our asking?"""
        found = self.artemail.replies.codes.find(apdu.reply_code or "")
        return found is not None and found.code.renews_itself


def load(config: Config) -> Registry:
    """Raises Misconfigured that names the file and the row or key of a mistake."""
    artemail = ArtemailCodec.of(config)
    try:
        table = FollowsTable(artemail.replies.codes, config.artemail.follows)
    except NoSuchAnswer as error:
        raise config_load.wrong(config, ("artemail", "follows", error.key), str(error)) from error
    iso10161 = Iso10161Codec.of(config)
    return Registry((artemail, iso10161), artemail, table, iso10161.warnings)
