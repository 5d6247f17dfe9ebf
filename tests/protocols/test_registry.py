"""What a site may change: the overlay of codes and words, and what follows an answer."""

from pathlib import Path

import pytest

from mailproc.config import Artemail, Config, Partner, PartnerArtemail
from mailproc.errors import LocalFault, Misconfigured
from mailproc.ill.apdu import IllAnswer, IllRequest, Message, Recall
from mailproc.ill.terms import REASON_UNFILLED, ApduType, Results, Role
from mailproc.mail.letter import Letter, Part
from mailproc.protocols.artemail.codec import ArtemailCodec
from mailproc.protocols.artemail.tables import word_tables
from mailproc.protocols.codec import Manner
from mailproc.protocols.iso10161 import wire
from mailproc.protocols.registry import Registry, load
from tests.protocols.iso10161 import letters as iso_letters

ROW = """
[[code]]
word = "{word}"
pattern = '{pattern}'
apdu = "{apdu}"
confidence = "seen"
source = "our own letters"
"""


def overlaid(folder: Path, text: str, follows: dict[str, str] | None = None) -> Registry:
    (folder / "codes.toml").write_text(text, encoding="utf-8")
    settings = Artemail.model_validate({"replies": "codes.toml", "follows": follows or {}})
    return load(Config(file=folder / "config.toml", artemail=settings))


def text_letter(text: str) -> Letter:
    return Letter(raw=b"", parts=(Part("text/plain", b"", text=text),))


def unfilled(reason: str | None = None, code: str | None = None) -> IllAnswer:
    return IllAnswer(results=Results.UNFILLED, reason=reason, reply_code=code)


def test_codecs_are_found_by_name(registry: Registry) -> None:
    assert registry.by_name("artemail").name == "artemail"
    assert registry.by_name("iso10161").name == "iso10161"
    assert [codec.name for codec in registry.codecs] == ["artemail", "illsbn", "iso10161", "letter", "slnp"]
    assert (registry.by_name("artemail").batched(""), registry.by_name("artemail").repeat_safe) == (
        True,
        False,
    )
    with pytest.raises(LocalFault, match="'artmail'") as refused:
        registry.by_name("artmail")
    assert refused.value.possible == ("known are: artemail, illsbn, iso10161, letter, slnp",)


REPORT = Part("text/plain", b"", text="B1-1   NOT\n")
MESSAGE = iso_letters.CANCEL
ENCLOSED = Part("message/rfc822", iso_letters.letter(iso_letters.part(MESSAGE)))


@pytest.mark.parametrize(
    ("parts", "codec"),
    [
        ((REPORT,), "artemail"),
        ((REPORT, wire.part(MESSAGE)), "iso10161"),
        ((REPORT, Part(wire.MEDIA_TYPE, b"no message")), "iso10161"),
        ((REPORT, Part("application/octet-stream", MESSAGE)), "artemail"),
        ((REPORT, ENCLOSED), "artemail"),
        ((ENCLOSED,), "iso10161"),
        ((Part("application/octet-stream", MESSAGE),), "iso10161"),
    ],
)
def test_a_part_of_its_own_media_type_decides_and_nothing_that_lies_deeper(
    registry: Registry, parts: tuple[Part, ...], codec: str
) -> None:
    found = registry.recognise(Letter(raw=b"", parts=parts))
    assert found is not None and found.name == codec


def test_the_registry_masks_for_every_protocol(registry: Registry) -> None:
    assert registry.mask(b"\r\n99-0001\r\nQ7W8E9R\r\n") == b"\r\n99-0001\r\nXXXXXXX\r\n"


@pytest.mark.parametrize(
    ("answer", "follows"),
    [
        (unfilled("not-owned", "NOT"), "next"),
        (unfilled("locations-not-found", "NOT*NUKL"), "next"),
        (unfilled("not-found-as-cited", "CRF*CANNOT MATCH ITEM"), "ask"),
        (unfilled("cost-exceeds-limit", "*TOTAL LIBRARY MAX COST 41.50"), "ask"),
        (unfilled("responder-specific", "TOTAL LOAN*MORE THAN 1 VOLUME"), "ask"),
        (unfilled("lacks-copyright-compliance", "RCOP"), "next"),
        (IllAnswer(results=Results.RETRY, reply_code="CAT*REAPPLY 6"), "wait"),
        (IllAnswer(results=Results.RETRY), "wait"),
        (IllAnswer(results=Results.LOCATIONS_PROVIDED, reply_code="DIRECT"), "locations"),
        (unfilled("not-on-shelf"), "next"),
        (unfilled("not-found-as-cited"), "ask"),
        (unfilled("not-found-as-cited", "NOT"), "next"),  # the code goes before the reason
        (unfilled("not-on-shelf", "SOMETHING NEW"), "next"),
        (unfilled("99"), "ask"),
        (unfilled(), "ask"),
    ],
    ids=str,
)
def test_what_follows_an_answer(answer: IllAnswer, follows: str, registry: Registry) -> None:
    assert registry.follows(answer) == follows


def test_every_reason_of_the_standard_leads_somewhere(registry: Registry) -> None:
    assert {registry.follows(unfilled(reason)) for reason in REASON_UNFILLED} == {"next", "ask"}


def test_a_site_overrides_what_follows(tmp_path: Path) -> None:
    registry = overlaid(tmp_path, "", {"NOT": "ask", "not-on-shelf": "wait", "CAT*REAPPLY": "next"})
    assert registry.follows(unfilled("not-owned", "NOT")) == "ask"
    assert registry.follows(unfilled("not-owned")) == "next"
    assert registry.follows(unfilled("not-on-shelf")) == "wait"
    assert registry.follows(IllAnswer(results=Results.RETRY, reply_code="CAT*REAPPLY 6")) == "next"


def test_an_override_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="'not-owend' is neither") as wrong:
        overlaid(tmp_path, "", {"not-owend": "ask"})
    assert wrong.value.setting
    assert "did you mean 'not-owned'?" in str(wrong.value)
    assert (wrong.value.setting.key, wrong.value.setting.file) == (
        "artemail.follows.not-owend",
        str(tmp_path / "config.toml"),
    )


def test_which_letter_says_that_the_loan_renews_itself(registry: Registry) -> None:
    assert registry.renews_itself(Message(reply_code="DUE*AUTOMATIC RENEWAL PENDING 16-09-2026"))
    assert registry.renews_itself(Message(reply_code="DUE WAIT")) is False
    assert not registry.renews_itself(Message())


def test_an_overlay_adds_a_code_and_changes_another(tmp_path: Path) -> None:
    text = ROW.format(word="DUE WAIT", pattern="DUE WAIT", apdu="RECALL")
    text += ROW.format(word="GONE", pattern="GONE", apdu="ILL_ANSWER")
    text += 'results = "UNFILLED"\nreason = "lost"\nfollows = "ask"\n'
    registry = overlaid(tmp_path, text)
    said = registry.by_name("artemail").decode(text_letter("L-1 DUE WAIT\nL-2 GONE\nL-3 NOT\n"))
    assert [apdu.type for apdu in said.apdus] == [
        ApduType.RECALL,
        ApduType.ILL_ANSWER,
        ApduType.ILL_ANSWER,
    ]
    assert isinstance(said.apdus[0], Recall)
    assert isinstance(said.apdus[1], IllAnswer)
    assert registry.follows(said.apdus[1]) == "ask"


def test_an_overlay_changes_the_layout(tmp_path: Path) -> None:
    registry = overlaid(tmp_path, "[layout]\nline = 'REQ (?P<number>\\S+): (?P<code>.+)'\n")
    assert [
        a.reply_code
        for a in registry.by_name("artemail").decode(text_letter("REQ L-1: CANC\nL-2 NOT\n")).apdus
    ] == ["CANC"]


def test_an_overlay_adds_a_word(tmp_path: Path) -> None:
    row = '[[keyword]]\nword = "MICRO"\nkind = "delivery"\nservice = "LOAN"\n'
    row += 'confidence = "seen"\nsource = "our own letters"\n'
    codec = overlaid(tmp_path, row).by_name("artemail")
    said = codec.decode(
        text_letter("99-0001\nQ7W8E9R\n\n\n\n\nTXL-1 S MICRO\nOld newspapers\n\n\n\n\nNNNN\n")
    )
    assert isinstance(said.apdus[0], IllRequest)
    assert [service.name for service in said.apdus[0].services] == ["LOAN"]


MISTAKES = [
    ("[[code]]\nword = 'X'", r"line 2: \[\[code\]\] X: confidence: Field required"),
    ("[[code]]\nwrod = 'X'", r"\[\[code\]\] row 1: 'word' is missing"),
    (ROW.format(word="X", pattern="(", apdu="MESSAGE"), r"\[\[code\]\] X: pattern '\('"),
    (ROW.format(word="X", pattern="X", apdu="RECEIVED"), r"line 3: \[\[code\]\] X: apdu"),
    (ROW.format(word="X", pattern="X", apdu="ILL_ANSWER"), r"\[\[code\]\] X: results: needed for ILL_ANSWER"),
    (ROW.format(word="X", pattern="X", apdu="CANCEL_REPLY"), r"\[\[code\]\] X: answer: CANCEL_REPLY needs"),
    (
        ROW.format(word="X", pattern="X", apdu="ILL_ANSWER") + "results = 'MAYBE'\n",
        r"\[\[code\]\] X: 'MAYBE'",
    ),
    (ROW.format(word="X", pattern="X", apdu="MESSAGE") + ROW, r"line 10: \[\[code\]\] \{word\}"),
    ("[codes]\n", "no table 'codes'; known are"),
    ("[code]\n", r"'code' is written as \[\[code"),
    ("[layout]\nline = 'x'\n", r"\[layout\]: line: pattern 'x' has no group \(\?P<number>"),
    ("[layout]\nlien = 'x'\n", r"\[layout\]: .*lien"),
    ('[say]\n"OVERDUE" = 3\n', r"\[say\] OVERDUE: a text is needed"),
    ("default_service = 'BOTH'\n", "default_service: COPY or LOAN"),
    ("[[code]\n", "line 1"),
]


@pytest.mark.parametrize(("text", "sentence"), MISTAKES, ids=[sentence for _, sentence in MISTAKES])
def test_a_mistake_in_the_overlay_names_file_and_row(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=sentence) as wrong:
        overlaid(tmp_path, text)
    assert str(tmp_path / "codes.toml") in str(wrong.value)
    assert wrong.value.setting
    assert wrong.value.setting.key == "artemail.replies"


def test_a_mistake_in_a_row_names_its_line(tmp_path: Path) -> None:
    """The line on which the row begins, also where the same word has a row in another table."""
    twin = "[[twin]]\nword = 'NOT'\npatterns = ['x']\nconfidence = 'seen'\nsource = 'us'\n"
    with pytest.raises(Misconfigured, match=r"line 7: \[\[code\]\] NOT: pattern"):
        overlaid(tmp_path, twin + ROW.format(word="NOT", pattern="(", apdu="MESSAGE").lstrip())
    with pytest.raises(Misconfigured, match=r"line 7: \[\[code\]\] NOT: apdu"):
        overlaid(tmp_path, twin + ROW.format(word="NOT", pattern="x", apdu="NONSENSE").lstrip())


def test_a_missing_overlay_is_named(tmp_path: Path) -> None:
    settings = Artemail(replies="nowhere.toml")
    with pytest.raises(Misconfigured, match=r"nowhere\.toml"):
        load(Config(file=tmp_path / "config.toml", artemail=settings))


def test_every_shipped_row_says_how_sure_it_is() -> None:
    """Loading validates confidence and source of every row; here: the codes that are public."""
    _, codes, _ = word_tables.load()
    assert len([word for word in codes.words() if not word.startswith("SHIPPED LOAN")]) == 22


@pytest.mark.parametrize(
    ("role", "apdu_type", "manner"),
    [
        (Role.REQUESTER, ApduType.ILL_REQUEST, Manner.SEND),
        (Role.REQUESTER, ApduType.CANCEL, Manner.SEND),
        (Role.REQUESTER, ApduType.RENEW, Manner.NOTICE),
        (Role.REQUESTER, ApduType.STATUS_QUERY, Manner.NOTICE),
        (Role.REQUESTER, ApduType.RECEIVED, Manner.LOCAL),
        (Role.REQUESTER, ApduType.RETURNED, Manner.LOCAL),
        (Role.REQUESTER, ApduType.LOST, Manner.NOTICE),
        (Role.REQUESTER, ApduType.CONDITIONAL_REPLY, Manner.NOTICE),
        (Role.REQUESTER, ApduType.SHIPPED, Manner.REFUSE),
        (Role.RESPONDER, ApduType.ILL_ANSWER, Manner.SEND),
        (Role.RESPONDER, ApduType.SHIPPED, Manner.SEND),
        (Role.RESPONDER, ApduType.CHECKED_IN, Manner.LOCAL),
        (Role.RESPONDER, ApduType.STATUS_OR_ERROR_REPORT, Manner.LOCAL),
        (Role.RESPONDER, ApduType.FORWARD_NOTIFICATION, Manner.NOTICE),
        (Role.RESPONDER, ApduType.RENEW, Manner.REFUSE),
    ],
)
def test_manners(role: Role, apdu_type: ApduType, manner: Manner, codec: ArtemailCodec) -> None:
    assert codec.manner(apdu_type, role, "") is manner


def test_a_configured_keyword_opens_the_way(codec: ArtemailCodec) -> None:
    words = PartnerArtemail(keywords={"renew": "RENEWIT"})
    end = Partner(symbol="XX-BL", address="art@bl.example", artemail=words)
    assert codec.manner(ApduType.RENEW, Role.REQUESTER, "", end) is Manner.SEND
    assert codec.manner(ApduType.STATUS_QUERY, Role.REQUESTER, "", end) is Manner.NOTICE
    assert codec.manner(ApduType.RENEW, Role.RESPONDER, "", end) is Manner.REFUSE


def test_conditions_and_estimates_are_refused_with_a_sentence(codec: ArtemailCodec) -> None:
    assert "no word for a condition" in str(codec.refuses(IllAnswer(results=Results.CONDITIONAL)))
    assert "no word for an estimate" in str(codec.refuses(IllAnswer(results=Results.ESTIMATE)))
    assert codec.refuses(unfilled("not-owned")) == ""
