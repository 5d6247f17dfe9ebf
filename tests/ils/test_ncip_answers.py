"""What library systems answer to NCIP: read leniently, nonsense refused, no PIN kept."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.errors import RemoteFault
from mailproc.ill.patron_block import PatronBlock
from mailproc.ils.ncip.answers import MOST_PROBLEMS, NcipRefusal, Problem, read, text
from mailproc.ils.ncip.patron import day, standing
from mailproc.ils.ncip.problems import ProblemKind
from mailproc.ils.patron_standing import PatronStanding
from mailproc.secret_words import MASK
from mailproc.sentence import english
from tests.servers.ncip_responder import NAMESPACE, problem


def answer(inner, name="LookupUser", namespace=True, version="ncip:version"):
    names = f'xmlns="{NAMESPACE}" xmlns:ncip="{NAMESPACE}"' if namespace else ""
    version = version if namespace else "version"
    said = f"<{name}Response>{inner}</{name}Response>"
    return f'<NCIPMessage {names} {version}="2.02">{said}</NCIPMessage>'.encode()


KOHA = """
<UserId><UserIdentifierValue>P1</UserIdentifierValue></UserId>
<UserOptionalFields>
  <NameInformation><PersonalNameInformation><StructuredPersonalUserName>
    <GivenName>Zoë</GivenName><Surname>Leser</Surname>
  </StructuredPersonalUserName></PersonalNameInformation></NameInformation>
  <UserAddressInformation><UserAddressRoleType>Home</UserAddressRoleType><PhysicalAddress><StructuredAddress>
    <Line1>1 Road</Line1><Locality>Town</Locality><PostalCode>12345</PostalCode>
  </StructuredAddress><PhysicalAddressType>Postal Address</PhysicalAddressType></PhysicalAddress>
  </UserAddressInformation>
  <UserAddressInformation><UserAddressRoleType>Home</UserAddressRoleType><ElectronicAddress>
    <ElectronicAddressType>mailto</ElectronicAddressType>
    <ElectronicAddressData>zoe@reader.example</ElectronicAddressData></ElectronicAddress></UserAddressInformation>
  <UserPrivilege><AgencyUserPrivilegeType>PROFILE</AgencyUserPrivilegeType><UserPrivilegeStatus>
    <UserPrivilegeStatusType>ST</UserPrivilegeStatusType></UserPrivilegeStatus></UserPrivilege>
  <UserPrivilege><AgencyUserPrivilegeType>STATUS</AgencyUserPrivilegeType><ValidToDate>2027-01-31</ValidToDate>
    <UserPrivilegeStatus><UserPrivilegeStatusType>{status}</UserPrivilegeStatusType></UserPrivilegeStatus>
  </UserPrivilege>
  {block}
  <UserId><UserIdentifierType>Primary Key</UserIdentifierType>
    <UserIdentifierValue>99</UserIdentifierValue></UserId>
</UserOptionalFields>
"""
BLOCK = "<BlockOrTrap><AgencyId>A</AgencyId><BlockOrTrapType>Block Check Out</BlockOrTrapType></BlockOrTrap>"
READER = PatronStanding(
    known=True, id="P1", name="Zoë Leser", email="zoe@reader.example", address="1 Road, 12345 Town",
    category="ST", expires_on=date(2027, 1, 31),
)  # fmt: skip


@pytest.mark.parametrize("namespace", [True, False])
def test_a_patron_is_read_with_and_without_namespace(namespace):
    content = answer(KOHA.format(status="Ok", block=""), namespace=namespace, version="version")
    assert standing(content) == READER


@pytest.mark.parametrize(
    ("status", "block", "blocks", "says"),
    [
        ("Restricted", BLOCK, (PatronBlock.CHARGE_DENIED,), "Restricted; Block Check Out"),
        ("Delinquent", "", (PatronBlock.TOO_MANY_OVERDUE,), "Delinquent"),
        ("Barred", BLOCK, (PatronBlock.FINES, PatronBlock.CHARGE_DENIED), "Barred; Block Check Out"),
        ("OK", BLOCK, (PatronBlock.CHARGE_DENIED,), "Block Check Out"),
        ("something new", "", (PatronBlock.CHARGE_DENIED,), "something new"),
        ("Ok", BLOCK.replace("Check Out", "Request Item"), (PatronBlock.HOLD_DENIED,), "Block Request Item"),
    ],
)
def test_a_block_is_known_however_it_is_said(status, block, blocks, says):
    found = standing(answer(KOHA.format(status=status, block=block)))
    assert (found.blocks, found.message) == (blocks, says)


def test_an_answer_may_say_nothing_of_the_patron():
    assert standing(answer("")) == PatronStanding(known=True)
    assert standing(answer(""), pin="4711").pin_valid is True


def test_other_forms_of_name_and_address():
    inner = (
        "<UserOptionalFields><NameInformation><PersonalNameInformation><UnstructuredPersonalUserName>"
        "Leser, Zoë</UnstructuredPersonalUserName></PersonalNameInformation></NameInformation>"
        "<UserAddressInformation><PhysicalAddress><UnstructuredAddress>"
        "<UnstructuredAddressType>Newline-Delimited Text"
        "</UnstructuredAddressType><UnstructuredAddressData>1 Road\nTown</UnstructuredAddressData>"
        "</UnstructuredAddress></PhysicalAddress></UserAddressInformation></UserOptionalFields>"
    )
    found = standing(answer(inner))
    assert (found.name, found.address) == ("Leser, Zoë", "1 Road Town")


@pytest.mark.parametrize("spelling", ["Unknown User", "Unkown User", " unknown\n user "])
def test_a_patron_may_be_unknown(spelling):
    found = standing(answer(problem(spelling, "User is not known", "UserId", "P9")))
    assert (found.known, found.pin_valid) == (False, None)
    assert found.message.endswith("User is not known (UserId: P9)")


def test_a_system_may_say_that_a_patron_is_blocked_instead_of_who_it_is():
    found = standing(answer(problem("User Blocked", "Fines")))
    assert (found.known, found.blocks, found.message) == (True, ("charge-denied",), "User Blocked: Fines")


PIN = "4711"


@pytest.mark.parametrize(
    "said",
    [
        problem("User Authentication Failed", "Barcode Id or Password are invalid", "Password", PIN),
        problem("User Authentication Failed", f"PIN {PIN} is wrong", "PIN", f"0{PIN}"),
        problem(f"{PIN} failed", "", PIN, PIN) + problem("User Authentication Failed"),
    ],
)
def test_a_pin_that_is_said_again_is_not_kept(said):
    found = standing(answer(said), pin=PIN)
    assert (found.known, found.pin_valid) == (False, False)
    assert PIN not in found.message
    assert MASK in found.message


def test_a_pin_is_in_no_error():
    with pytest.raises(RemoteFault) as caught:
        standing(answer(problem("Unsupported Service", PIN, PIN, PIN)), pin=PIN)
    assert PIN not in str(caught.value)
    assert "does not do this" in str(caught.value)


def test_a_pin_in_a_greeting_is_not_kept():
    with pytest.raises(RemoteFault) as caught:
        standing(f"no reader P1/{PIN}".encode(), pin=PIN)
    assert str(caught.value).startswith(f"the answer is no NCIP (no reader P1/{MASK})")


NONSENSE = {
    "a greeting": (b"It works!", "the answer is no NCIP (It works!)"),
    "a greeting in NCIP": (b"<NCIPMessage>\nIt works!</NCIPMessage>", "the answer is no NCIP (It works!)"),
    "a long greeting": (b"x" * 500, f"no NCIP ({'x' * 60})"),
    "no text": (b"\xff\xfe\x00", "the answer is no NCIP"),
    "nothing": (b"", "the answer is no NCIP"),
    "a page": (b"<html><body>It works!</body></html>", "the answer is no NCIP (html)"),
    "a page of HTML": (b"<!DOCTYPE html><html><body><br></body></html>", "document type"),
    "broken XML": (answer("")[:-20], "no XML"),
    "an empty message": (b"<NCIPMessage/>", "the answer is no NCIP (NCIPMessage)"),
    "another answer": (answer("", "AcceptItem"), "AcceptItemResponse, and LookupUserResponse was expected"),
    "our own message": (b"<NCIPMessage><LookupUser/></NCIPMessage>", "the answer is LookupUser"),
    "entities": (b"<!DOCTYPE a [<!ENTITY b 'bb'>]><NCIPMessage>&b;</NCIPMessage>", "document type"),
    "too deep": (b"<NCIPMessage>" + b"<a>" * 200, "deep"),
}


@pytest.mark.parametrize("case", NONSENSE)
def test_what_is_no_answer_is_refused(case):
    content, says = NONSENSE[case]
    with pytest.raises(RemoteFault) as caught:
        read(content, "LookupUser")
    assert says in str(caught.value)


def test_a_problem_counts_wherever_it_stands():
    """A server that fails early may name another answer, or none."""
    for content in (
        answer(problem("Unknown Item"), "ItemRequested"),
        b"<NCIPMessage>" + problem("Unknown Item").encode() + b"</NCIPMessage>",
    ):
        refused = read(content, "CheckInItem")
        assert isinstance(refused, NcipRefusal)
        assert refused.kind is ProblemKind.UNKNOWN_ITEM


def test_a_refusal_tells_staff_what_to_do_and_what_it_is_about():
    refused = read(answer(problem("Unknown Item", "Item is not known.", "X", "123")), "LookupUser")
    assert isinstance(refused, NcipRefusal)
    assert str(refused.told) == (
        "The library system does not know this item, or not as lent: check the barcode there. It said:"
        " Unknown Item (X)"
    )


def test_the_kind_of_several_problems_is_the_first_that_is_known():
    both = NcipRefusal((Problem("Strange"), Problem("Duplicate Request"), Problem("Unknown Item")))
    assert both.kind is ProblemKind.DUPLICATE
    assert NcipRefusal((Problem("Strange"),)).kind is ProblemKind.OTHER


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Unknown Item", ProblemKind.UNKNOWN_ITEM),
        ("Item Not Checked Out", ProblemKind.UNKNOWN_ITEM),
        ("USER BLOCKED", ProblemKind.USER_BLOCKED),
        ("Maximum Check Outs Exceeded", ProblemKind.USER_BLOCKED),
        ("Needed  Data\nMissing", ProblemKind.DATA_MISSING),
        ("Unsupported Service", ProblemKind.NOT_SUPPORTED),
        ("Duplicate Request", ProblemKind.DUPLICATE),
        ("Check Out Not Allowed - Item Is Already Checked Out", ProblemKind.DUPLICATE),
        ("Item Does Not Circulate", ProblemKind.NOT_ALLOWED),
        ("Pickup Library Invalid", ProblemKind.PLACE_WRONG),
        ("Temporary Processing Failure", ProblemKind.LATER),
        ("Something Else", ProblemKind.OTHER),
        ("", ProblemKind.OTHER),
    ],
)
def test_a_problem_is_known_by_its_type(said, kind):
    assert Problem(said).kind is kind


def test_every_kind_of_problem_has_its_sentence():
    assert {kind.value for kind in ProblemKind} <= set(english()["sentences"])


def test_their_words_are_bounded():
    refused = read(answer(problem("x " * 5000) * 100), "LookupUser")
    assert isinstance(refused, NcipRefusal)
    assert len(refused.problems) == MOST_PROBLEMS
    assert len(refused.problems[0].type) <= 300


def test_an_answer_is_given_as_it_is():
    found = read(answer("<ItemId><ItemIdentifierValue> 1\n2 </ItemIdentifierValue></ItemId>"), "LookupUser")
    assert not isinstance(found, NcipRefusal)
    assert text(found, "ItemId/ItemIdentifierValue") == "1 2"
    assert text(found, "Nothing") == ""


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("2027-01-31", date(2027, 1, 31)),
        ("2027-01-31T23:59:00", date(2027, 1, 31)),
        ("2027-01-31T23:59:00+02:00", date(2027, 1, 31)),
        ("2027-01-31Z", date(2027, 1, 31)),
        ("2027-02-31", None),
        ("31.01.2027", None),
        ("2027-01-311", None),
        ("", None),
    ],
)
def test_a_date_may_have_a_time_and_a_zone(said, means):
    assert day(said) == means


@given(st.binary(max_size=200))
def test_any_octets_are_an_answer_or_are_refused(content):
    try:
        read(content, "LookupUser")
    except RemoteFault:
        return
    raise AssertionError("no octets like these are NCIP")
