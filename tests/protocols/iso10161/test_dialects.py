"""What each system takes is data, laid over by a site; a mistake in it is named by file, table and key."""

import re
import textwrap
from pathlib import Path

import pytest

from mailproc import config_load
from mailproc.config import Config, Iso10161, Library, Partner, PartnerTcp
from mailproc.errors import Misconfigured
from mailproc.ill.terms import ApduType, Results, Role
from mailproc.protocols import registry
from mailproc.protocols.codec import Manner
from mailproc.protocols.iso10161 import dialects, settings

SHIPPED = dialects.load()
REQUESTER = {
    *("ILL_REQUEST", "CONDITIONAL_REPLY", "CANCEL", "RECEIVED", "RETURNED", "RENEW"),
    *("LOST", "DAMAGED", "MESSAGE", "STATUS_QUERY", "STATUS_OR_ERROR_REPORT"),
}
RESPONDER = {
    *("FORWARD_NOTIFICATION", "SHIPPED", "ILL_ANSWER", "CANCEL_REPLY", "RECALL", "CHECKED_IN", "OVERDUE"),
    *("RENEW_ANSWER", "EXPIRED", "LOST", "DAMAGED", "MESSAGE", "STATUS_QUERY", "STATUS_OR_ERROR_REPORT"),
}
NEW = '[new]\nmeans = "A system"\nreached_by = ["e-mail"]\ncertainty = "seen"\nsource = "their letters"\n'


def laid(folder: Path, text: str) -> dict[str, dialects.Dialect]:
    file = folder / "dialects.toml"
    file.write_text(text, encoding="utf-8")
    return dialects.load(file)


def partner(dialect: str, symbol: str = "XX-LENDER", codec: str = "iso10161") -> Partner:
    return Partner(symbol=symbol, address="ill@lender.example", codec=codec, dialect=dialect)


# --- the shipped ones ---------------------------------------------------------------------------


def test_the_shipped_dialects() -> None:
    assert list(SHIPPED) == ["", "alma", "vdx", "ladd", "relais", "illiad", "aleph", "illsbn", "rlg"]
    assert all(each.means and each.source for each in SHIPPED.values())


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("apdu_type", list(ApduType))
def test_the_standard_sends_all_that_a_role_may_say_and_nothing_else(apdu_type: ApduType, role: Role) -> None:
    says = REQUESTER if role is Role.REQUESTER else RESPONDER
    expected = Manner.SEND if apdu_type.name in says else Manner.REFUSE
    assert SHIPPED[""].manner(apdu_type, role) is expected


@pytest.mark.parametrize("name", list(SHIPPED))
@pytest.mark.parametrize("role", list(Role))
def test_no_dialect_lets_a_role_say_what_is_the_others(name: str, role: Role) -> None:
    says = REQUESTER if role is Role.REQUESTER else RESPONDER
    for apdu_type in ApduType:
        if apdu_type.name not in says:
            assert SHIPPED[name].manner(apdu_type, role) is Manner.REFUSE


@pytest.mark.parametrize(
    ("role", "sent"),
    [
        (Role.REQUESTER, {"ILL_REQUEST", "RECEIVED", "RETURNED", "CANCEL", "RENEW", "MESSAGE"}),
        (
            Role.RESPONDER,
            {"SHIPPED", "CHECKED_IN", "ILL_ANSWER", "CANCEL_REPLY", "RENEW_ANSWER", "MESSAGE", "EXPIRED"},
        ),
    ],
)
def test_alma_is_sent_what_its_vendor_says_it_reads(role: Role, sent: set[str]) -> None:
    alma = SHIPPED["alma"]
    assert {kind.name for kind in ApduType if alma.manner(kind, role) is Manner.SEND} == sent
    assert alma.answers == {Results.UNFILLED}


def test_what_differs_from_the_standard_and_what_does_not() -> None:
    assert SHIPPED["vdx"].chargeable_units == 1
    assert SHIPPED["rlg"].title_needed
    assert SHIPPED["illiad"].namespace_needed
    assert {name for name, each in SHIPPED.items() if "e-mail" in each.reached_by} == {
        *("", "vdx", "ladd", "relais", "rlg")
    }
    assert {each.version for each in SHIPPED.values()} == {2}
    assert not any(each.readable_part for each in SHIPPED.values())


# --- a site's own -------------------------------------------------------------------------------


def test_a_site_changes_one_key_and_one_message(tmp_path: Path) -> None:
    known = laid(tmp_path, '[alma]\nversion = 1\n[alma.responder]\nRECALL = "SEND"\n')
    alma = known["alma"]
    assert (alma.version, alma.means) == (1, "Ex Libris Alma")
    assert alma.manner(ApduType.RECALL, Role.RESPONDER) is Manner.SEND
    assert alma.manner(ApduType.OVERDUE, Role.RESPONDER) is Manner.NOTICE
    assert known["vdx"] == SHIPPED["vdx"]


def test_a_site_adds_a_system(tmp_path: Path) -> None:
    new = laid(tmp_path, f'{NEW}answers = ["UNFILLED", "RETRY"]\n[new.requester]\nLOST = "NOTICE"\n')["new"]
    assert new.answers == {Results.UNFILLED, Results.RETRY}
    assert new.manner(ApduType.LOST, Role.REQUESTER) is Manner.NOTICE
    assert new.version == SHIPPED[""].version


def test_what_a_site_says_of_the_standard_holds_for_every_system(tmp_path: Path) -> None:
    known = laid(tmp_path, f'{NEW}[""]\nversion = 1\nmeans = "ours"\n[vdx]\nversion = 2\n')
    assert (known[""].version, known["new"].version, known["relais"].version) == (1, 1, 1)
    assert known["vdx"].version == 2
    assert known["relais"].means == "OCLC Relais ILL"


MISTAKES = [
    ("[alma]\nanwsers = []\n", r"\[alma\] anwsers: .*not permitted"),
    ('[alma]\nanswers = ["MAYBE"]\n', r"\[alma\] answers.*'RETRY'"),
    (
        '[alma.requester]\nLOSS = "SEND"\n',
        r"\[alma\] requester: LOSS is no message of a requester; there are ",
    ),
    ('[alma.requester]\nSHIPPED = "SEND"\n', r"\[alma\] requester: SHIPPED is no message of a requester"),
    ('[alma.responder]\nLOST = "SHOUT"\n', r"\[alma\] responder.LOST: .*'NOTICE'"),
    ("[alma]\nrequester = 3\n", r"\[alma\] requester: "),
    ('[new]\nmeans = "x"\n', r"\[new\] reached_by: Field required"),
    (NEW.replace("e-mail", "pigeon"), r"\[new\] reached_by.0: .*'e-mail'"),
    (NEW.replace("seen", "sure"), r"\[new\] certainty: .*'hearsay'"),
    ('[""]\nversion = 3\n', r'\[""\] version: '),
    ("[vdx]\nchargeable_units = -1\n", r"\[vdx\] chargeable_units: "),
    ("alma = 1\n", r"'alma' stands outside of a table"),
    ("[alma\n", r"Expected '\]'"),
]


@pytest.mark.parametrize(("text", "sentence"), MISTAKES, ids=[text for text, _ in MISTAKES])
def test_a_mistake_names_file_table_and_key(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=sentence) as wrong:
        laid(tmp_path, text)
    assert str(tmp_path / "dialects.toml") in str(wrong.value)
    assert wrong.value.setting
    assert wrong.value.setting.key == "iso10161.dialects"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"nowhere\.toml"):
        dialects.load(tmp_path / "nowhere.toml")
    assert Iso10161().dialects == ""


# --- partners -----------------------------------------------------------------------------------


def test_a_partner_of_an_unknown_dialect_is_refused() -> None:
    config = Config(partner=(partner("almah"),))
    with pytest.raises(Misconfigured, match=r"XX-LENDER.*almah.*there are alma, vdx, ") as wrong:
        settings.check(config, SHIPPED)
    assert wrong.value.setting
    assert wrong.value.setting.key == "partner[XX-LENDER].dialect"


def test_another_protocols_dialects_are_none_of_ours() -> None:
    settings.check(Config(partner=(partner("plain", codec="artemail"),)), SHIPPED)


@pytest.mark.parametrize(
    ("library", "theirs", "key"),
    [
        ("OCLC:XYZ", "XX-LENDER", "partner[XX-LENDER].symbol"),
        ("XX-LIBRARY", "OCLC:ABC", "library.symbol"),
        ("OCLC:XYZ", "OCLC:ABC", ""),
    ],
)
def test_a_system_with_namespaces_needs_them_at_both_ends(library: str, theirs: str, key: str) -> None:
    config = Config(library=Library(symbol=library), partner=(partner("illiad", theirs),))
    if not key:
        settings.check(config, SHIPPED)
        return
    with pytest.raises(Misconfigured, match="NAMESPACE:SYMBOL") as wrong:
        settings.check(config, SHIPPED)
    assert wrong.value.setting
    assert wrong.value.setting.key == key


def test_a_system_without_mail_causes_a_warning() -> None:
    config = Config(partner=(partner("vdx"), partner("illsbn", "IT-LENDER"), partner("", "XX-OTHER")))
    said = list(settings.warnings(config, SHIPPED))
    assert len(said) == 1
    assert "IT-LENDER" in said[0]
    assert "http" in said[0]
    assert "gateway" in said[0]


def test_a_system_that_is_reached_by_tcp_is_so_with_that_transport() -> None:
    tcp = PartnerTcp(address="aleph.example:1611", networks=("192.0.2.7/32",))
    by_mail, silent = partner("aleph", "XX-MAIL"), partner("alma", "XX-DEAF")
    reached = partner("aleph", "XX-TCP").model_copy(update={"transport": "tcp", "tcp": tcp})
    silent = silent.model_copy(update={"transport": "tcp", "tcp": PartnerTcp(address="alma.example:1611")})
    said = list(settings.warnings(Config(partner=(by_mail, reached, silent)), SHIPPED))
    assert len(said) == 2
    assert "XX-MAIL" in said[0]
    assert "must be a gateway" in said[0]
    assert "XX-DEAF" in said[1]
    assert "networks is empty" in said[1]


# --- the page -----------------------------------------------------------------------------------

PAGE = (Path(__file__).parents[3] / "docs" / "protocols" / "iso10161.md").read_text(encoding="utf-8")


def example(mark: str) -> str:
    found = re.search(rf"<!-- {mark} -->\n *```toml\n(.*?)^ *```", PAGE, flags=re.DOTALL | re.MULTILINE)
    assert found is not None
    return textwrap.dedent(found[1])


def test_the_pages_table_is_that_of_the_data() -> None:
    rows = re.findall(r"^\| (?:`(\w+)`|\"\") \| ([^|]+) \| ([^|]+) \|", PAGE, flags=re.MULTILINE)
    assert {name: ways for name, _, ways in rows} == {
        name: ", ".join(each.reached_by) for name, each in SHIPPED.items()
    }


def test_the_pages_overlay_loads(tmp_path: Path) -> None:
    known = laid(tmp_path, example("dialects"))
    assert known["vdx"].version == 1
    assert known["our-consortium"].manner(ApduType.CHECKED_IN, Role.RESPONDER) is Manner.LOCAL


def test_the_pages_partner_loads(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(example("config"), encoding="utf-8")
    config = config_load.load(tmp_path / "config.toml", registry.problems)
    assert config.partner[0].codec == "iso10161"
    settings.check(config, SHIPPED)
