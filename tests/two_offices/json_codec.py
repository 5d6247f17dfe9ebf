"""A stand-in for a wire format: one APDU as JSON in a part of its own."""

import json
from collections.abc import Sequence

from mailproc.config import Partner
from mailproc.errors import LocalFault, RemoteFault
from mailproc.ill import apdu_json
from mailproc.ill.apdu import Apdu
from mailproc.ill.terms import ApduType, Role
from mailproc.mail.letter import Body, Letter, Part
from mailproc.protocols.codec import Decoded, Encoded, Held, Manner, Renderer, Wire

MEDIA_TYPE = "application/json"


class JsonCodec:
    name = "iso10161"
    repeat_safe = True

    def batched(self, dialect: str) -> bool:
        return False

    def recognise(self, letter: Letter) -> bool:
        return any(part.media_type == MEDIA_TYPE for part in letter.parts)

    def decode(self, letter: Letter) -> Decoded:
        found = [part for part in letter.parts if part.media_type == MEDIA_TYPE]
        try:
            return Decoded(tuple(apdu_json.from_json(json.loads(part.content)) for part in found))
        except (ValueError, LocalFault) as fault:
            raise RemoteFault(str(fault)) from fault

    def encode(self, apdus: Sequence[Apdu], wire: Wire, renderer: Renderer) -> Encoded:
        said = json.dumps(apdu_json.to_json(apdus[0])).encode()
        rest = tuple(Held(index, "", "one a letter") for index in range(1, len(apdus)))
        return Encoded(Body(f"ILL {apdus[0].type.name}", (Part(MEDIA_TYPE, said),)), rest)

    def project(self, apdu: Apdu) -> Apdu:
        return apdu

    def manner(self, apdu_type: ApduType, role: Role, dialect: str, partner: Partner | None = None) -> Manner:
        return Manner.SEND

    def refuses(self, apdu: Apdu, dialect: str = "") -> str:
        return ""

    def mask(self, raw: bytes) -> bytes:
        return raw

    def unmask(self, raw: bytes, secret: str) -> bytes:
        return raw
