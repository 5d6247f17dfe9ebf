"""Whatever comes as a document: a fault that names what is wrong, and what could be read is kept."""

import html
import time
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from mailproc.errors import RemoteFault
from mailproc.ill.apdu import Cancel, IllRequest, Message
from mailproc.mail.letter import Letter, Part
from mailproc.protocols.codec import Decoded
from mailproc.protocols.illsbn.codec import IllSbnCodec
from mailproc.protocols.illsbn.document_reading import MOST_FAULTS
from mailproc.protocols.illsbn.wire import LIMITS, root_of

from .documents import HEAD, answer, document, one, request

Hear = Callable[..., Decoded]
CANCEL = document("Cancel", "<Requester-note><Note>perché no &amp; sì</Note></Requester-note>")
NOTE = "perché no & sì"
DECLARED = '<?xml version="1.0" encoding="{}"?>\n{}'

READ: dict[str, bytes] = {
    "UTF-8": CANCEL.encode(),
    "UTF-8 with a mark": CANCEL.encode("utf-8-sig"),
    "Latin-1": CANCEL.encode("latin-1"),
    "UTF-8 that calls itself Latin-1": DECLARED.format("iso-8859-1", CANCEL).encode(),
    "Latin-1 that calls itself UTF-8": DECLARED.format("UTF-8", CANCEL).encode("latin-1"),
    "a character set that nobody knows": DECLARED.format("x-klingon", CANCEL).encode(),
    "a document type that is a name": b"<!DOCTYPE ILL-APDU>\n" + CANCEL.encode(),
    "the same behind a declaration": DECLARED.format("iso-8859-1", "<!DOCTYPE ILL-APDU >" + CANCEL).encode(),
    "markup as entities": html.escape(CANCEL).encode(),
    "markup as entities of entities": html.escape(html.escape(CANCEL)).encode(),
    "entities inside of the root": f"<ILL-APDU>{html.escape(CANCEL[10:-11])}</ILL-APDU>".encode(),
    "an entity of HTML": CANCEL.replace("é", "&eacute;").replace(" &amp; ", " &amp;amp; ").encode(),
    "in a form field": b"faseILL=DRS0&BufferILL=" + quote(CANCEL).encode(),
    "in the last of two fields": b"BufferILL=x&BufferILL=" + quote(CANCEL.encode("latin-1")).encode(),
    "with blanks as plus": b"BufferILL=" + quote(CANCEL).replace("%20", "+").encode(),
    "encoded twice": b"BufferILL=" + quote(quote(CANCEL).replace("%20", "+")).encode(),
    "with another field behind it": b"BufferILL=" + quote(CANCEL).encode() + b"&faseILL=DRS0",
    "each blank a plus that is encoded": b"BufferILL="
    + quote_plus(CANCEL.encode("latin-1")).replace("+", "%2B").encode(),
    "as it is in a field": b"BufferILL=" + CANCEL.encode(),
    "that names the field": CANCEL.replace("<Cancel>", "<Cancel><!-- BufferILL=x -->").encode(),
    "percent-encoded alone": quote(CANCEL).encode(),
    "in a namespace": CANCEL.replace("<ILL-APDU>", '<ILL-APDU xmlns="urn:x">').encode(),
    "with comments": CANCEL.replace("<Cancel>", "<!-- x --><Cancel><?pi x?>").encode(),
    "in another order": CANCEL.replace(HEAD, "").replace("</Cancel>", f"{HEAD}</Cancel>").encode(),
    "with white space": CANCEL.replace("><", ">\n  <").encode() + b"\n\n",
    "with CDATA": CANCEL.replace("perché no &amp; sì", "<![CDATA[perché no & sì]]>").encode(),
    "with an id of another message": CANCEL.replace("<Cancel>", '<Cancel id="F999">').encode(),
}


@pytest.mark.parametrize("octets", READ.values(), ids=list(READ))
def test_a_document_is_read_however_it_is_wrapped(octets: bytes, hear: Hear, codec: IllSbnCodec) -> None:
    assert codec.recognise(Letter(raw=octets, parts=(Part("application/xml", octets),)))
    said = one(hear(octets))
    assert isinstance(said, Cancel)
    assert (said.note, said.ref and said.ref.number) == (NOTE, "900123")


BOMB = '<!DOCTYPE ILL-APDU [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
FAULTS: dict[str, tuple[bytes, str]] = {
    "an internal subset": ((BOMB + CANCEL.replace("perché", "&b;")).encode(), "DOCTYPE"),
    "an external entity": (
        b'<!DOCTYPE ILL-APDU [<!ENTITY x SYSTEM "file:///etc/passwd">]><ILL-APDU>&x;</ILL-APDU>', "DOCTYPE"),
    "a type on the network": (
        b'<!DOCTYPE ILL-APDU SYSTEM "http://127.0.0.1:9/x.dtd">' + CANCEL.encode(), "DOCTYPE"),
    "a public type": (b'<!DOCTYPE ILL-APDU PUBLIC "x" "y">' + CANCEL.encode(), "DOCTYPE"),
    "a type with parameters": (b"<!DOCTYPE ILL-APDU [%x;]>" + CANCEL.encode(), "DOCTYPE"),
    "an escaped bomb": (html.escape(BOMB + CANCEL).encode(), "no XML"),
    "escaped three times": (html.escape(html.escape(html.escape(CANCEL))).encode(), "no document"),
    "cut off": (CANCEL.encode()[:-20], "no XML"),
    "two roots": ((CANCEL + CANCEL).encode(), "no XML"),
    "an undeclared entity": (CANCEL.replace("perché", "&nobody; &amp;").encode(), "no XML"),
    "another root": (b"<ILL-APDUS><ILL-APDU/></ILL-APDUS>", "ILL-APDUS"),
    "an HTML page": (b"<html><body>ILL-APDU &lt;ILL-APDU> offline</body></html>", "html"),
    "nothing in it": (b"<ILL-APDU/>", "no message"),
    "text in it": (b"<ILL-APDU>ciao</ILL-APDU>", "no message"),
    "an unknown message": (b"<ILL-APDU><Prestito/></ILL-APDU>", "Prestito"),
    "deep": (b"<ILL-APDU>" + b"<a>" * 32 + b"</a>" * 32 + b"</ILL-APDU>", "32"),
    "many elements": (b"<ILL-APDU><Cancel>" + b"<a/>" * 20_000 + b"</Cancel></ILL-APDU>", "20000"),
    "long": (b"<ILL-APDU>" + b" " * 2**20 + b"</ILL-APDU>", "1048576"),
    "long and encoded": (b"BufferILL=%3CILL-APDU%3E" + b"%20" * 2**20, "1048576"),
    "many attributes": (
        b"<ILL-APDU><Cancel " + b" ".join(b'a%d="1"' % n for n in range(200)) + b"/></ILL-APDU>", "100"),
    "a name of a kilobyte": (
        document("Cancel", head=HEAD.replace("XX0002", "X" * 1000)).encode(), "responder's symbol"),
    "UTF-16": (CANCEL.encode("utf-16"), "no document"),
}  # fmt: skip


@pytest.mark.parametrize(("octets", "said"), FAULTS.values(), ids=list(FAULTS))
def test_a_fault_says_what_is_wrong(octets: bytes, said: str, hear: Hear) -> None:
    begun = time.process_time()
    try:
        heard = hear(octets)
    except RemoteFault as fault:
        assert said in str(fault)
    else:
        assert heard.apdus == ()
        assert said in str(heard.faults[0])
    assert time.process_time() - begun < 5


def test_the_file_of_an_entity_is_never_opened(hear: Hear, tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("x") / "secret"
    secret.write_text("s3cret", encoding="ascii")
    octets = (
        f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]>{CANCEL.replace("perché", "&x;")}'.encode()
    )
    for content in (octets, octets.replace(b"<!DOCTYPE a [", b"<!DOCTYPE a><!DOCTYPE a [")):
        heard = hear(content)
        assert heard.apdus == ()
        assert "s3cret" not in str(heard)


def test_the_line_of_a_fault_is_that_of_the_document(hear: Hear) -> None:
    lines = ['<?xml version="1.0"?>', "<!DOCTYPE", "ILL-APDU>", "<ILL-APDU>", "<Cancel>", "</Cancle>"]
    assert hear("\n".join(lines)).faults[0].position == 6


def test_the_limits_are_those_that_are_documented() -> None:
    assert (LIMITS.octets, LIMITS.depth, LIMITS.elements) == (2**20, 32, 20_000)
    inside = b"<ILL-APDU>" + b"<a>" * 31 + b"</a>" * 31 + b"</ILL-APDU>"
    assert root_of(inside)[0].tag == "a"
    assert len(root_of(b"<ILL-APDU>" + b"<a/>" * 19_999 + b"</ILL-APDU>")) == 19_999


# --- several messages ---------------------------------------------------------------------------


def joined(*documents: str) -> str:
    inner = "".join(one.removeprefix("<ILL-APDU>").removesuffix("</ILL-APDU>") for one in documents)
    return f"<ILL-APDU>{inner}</ILL-APDU>"


def test_several_requests_are_several_messages(hear: Hear) -> None:
    heard = hear(joined(*(request().replace("900123", str(number)) for number in range(1, 40))))
    assert heard.faults == ()
    assert [one.ref and one.ref.number for one in heard.apdus] == [str(number) for number in range(1, 40)]
    assert all(isinstance(one, IllRequest) for one in heard.apdus)


def test_a_request_that_cannot_be_read_takes_no_other_with_it(hear: Hear) -> None:
    heard = hear(joined(request(), request(service="XX"), request()))
    assert len(heard.apdus) == 2
    assert [str(fault).startswith("message 2: ILL-Request") for fault in heard.faults] == [True]


def test_of_endless_faults_some_are_told(hear: Hear) -> None:
    heard = hear(joined(*[request(service="XX")] * 500))
    assert len(heard.faults) == MOST_FAULTS + 1


@pytest.mark.parametrize(
    "second", [document("Message", "<Note>x</Note>"), CANCEL, request(), answer("<Unfilled/>")]
)
def test_of_two_kinds_the_first_is_taken_and_the_other_said(second: str, hear: Hear) -> None:
    heard = hear(joined(document("Message", "<Note>ciao</Note>"), second))
    (said,) = heard.apdus
    assert isinstance(said, Message)
    (fault,) = heard.faults
    assert "one document has one kind of message" in str(fault)


def test_a_list_of_libraries_is_no_message(hear: Hear) -> None:
    heard = hear("<ILL-APDU><bib><idb>IT-XX0002</idb><std>A</std></bib></ILL-APDU>")
    assert (heard.apdus, heard.faults) == ((), ())


# --- recognised ---------------------------------------------------------------------------------

HTML = b"<p>&lt;ILL-APDU> is the root</p>"


@pytest.mark.parametrize(
    ("media_type", "octets", "recognised"),
    [
        ("application/xml", CANCEL.encode(), True),
        ("text/xml", b"<ILL-APDU", True),
        ("application/octet-stream", CANCEL.encode(), True),
        ("application/x-www-form-urlencoded", READ["in a form field"], True),
        ("text/plain", b"What is <ILL-APDU>?", False),
        ("text/plain", b"\xef\xbb\xbf<ILL-APDU/>", True),
        ("application/xml", b"<other/>", False),
        ("application/xml", b"", False),
        ("application/pdf", b"%PDF-1.4 ILL-APDU", False),
    ],
)
def test_a_document_is_known_by_its_first_octets(
    media_type: str, octets: bytes, recognised: bool, codec: IllSbnCodec
) -> None:
    assert codec.recognise(Letter(raw=octets, parts=(Part(media_type, octets),))) is recognised


def test_a_letter_without_a_document_says_so(codec: IllSbnCodec) -> None:
    with pytest.raises(RemoteFault, match="no document"):
        codec.decode(Letter(raw=b"", parts=(Part("text/plain", b"ciao", text="ciao"),)))
