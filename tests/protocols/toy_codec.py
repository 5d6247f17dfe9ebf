"""A protocol in one file: each letter is the name of the protocol and one message as JSON."""

import json
from collections.abc import Sequence

from mailproc.config import Config
from mailproc.errors import LocalFault, RemoteFault
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu
from mailproc.mail.letter import Body, Letter, Part
from mailproc.protocols.codec import Codec, Decoded, Encoded, Held, Renderer, Wire
from mailproc.protocols.protocol import WireProtocol

MARK = "TOY/1 "


class ToyCodec(Codec):
    name = "toy"
    repeat_safe = True

    def recognise(self, letter: Letter) -> bool:
        return letter.text.startswith(MARK)

    def decode(self, letter: Letter) -> Decoded:
        try:
            return Decoded((apdu_json.from_json(json.loads(letter.text.removeprefix(MARK))),))
        except (ValueError, LocalFault) as fault:
            raise RemoteFault(f"no message: {fault}") from None

    def encode(self, apdus: Sequence[Apdu], wire: Wire, renderer: Renderer) -> Encoded:  # noqa: ARG002
        text = MARK + json.dumps(apdu_json.to_json(apdus[0]))
        others = tuple(Held(index, "", "one message a letter") for index in range(1, len(apdus)))
        return Encoded(Body(f"Toy {apdus[0].type.name}", (Part("text/plain", b"", text=text),)), others)


class Toy(WireProtocol):
    name = "toy"
    transports = ("mail", "pigeon")

    def codec(self, config: Config) -> Codec:  # noqa: ARG002
        return ToyCodec()
