"""Staff break their templates in every way: what holds, what goes, what is said, and what mends it."""

from datetime import timedelta
from pathlib import Path

import pytest

from mailproc.app import self_check
from mailproc.errors import LocalFault
from mailproc.office.templates import previews
from mailproc.office.templates.drafts import Draft
from mailproc.templating.folders import shipped_folder
from tests.flow_out.office import BL, Office
from tests.servers.relay import Relay


def shipped(path: str) -> str:
    return (shipped_folder() / path).read_text()


ORDER = "artemail/order.txt"
BROKEN_ORDER = {
    "a name that is not there": ("{{ titel }}", "titel"),
    "a name in a loop": ("{% for line in lines %}{{ line.titel }}{% endfor %}", "titel"),
    "a tag that is not closed": ("{% for line in lines %}", "line"),
    "no tag at all": ("{{ number", "line"),
    "a filter that is not there": ("{{ number | shout }}", "shout"),
    "python": ("{{ number.__class__.__mro__ }}", "__class__"),
    "an include": ("{% include '/etc/passwd' %}", "line"),
}


@pytest.mark.parametrize("case", BROKEN_ORDER)
def test_check_preview_and_the_letter_name_file_line_and_field(sqlite_office: Office, case: str) -> None:
    office = sqlite_office
    text, word = BROKEN_ORDER[case]
    file = office.template(ORDER, "TX{{ number }}\n" + text + "\n")
    wrong = " ".join(self_check.check(office.app.context, office.app.store, connect=False).wrong)
    with pytest.raises(LocalFault) as refused:
        previews.of_samples(office.app.context, Draft(ORDER))
    number = office.place()
    office.run()
    held = office.outbox()[0].note
    for said in (wrong, str(refused.value), held):
        assert str(file) in said
        assert word in said
        assert "line 2" in said or "line 3" in said
    assert office.show(number)["delivery"] == "held"


WRONG_ORDERS = {
    "the title is left out": shipped(ORDER).replace("{% for line in lines %}", "{% for line in lines[1:] %}"),
    "the number is left out": shipped(ORDER).replace("{{ number }}", ""),
    "another number": shipped(ORDER).replace("{{ number }}", "X99-1"),
    "the keywords are left out": shipped(ORDER).replace('{{ keywords | join(" ") }}', ""),
    "another keyword": shipped(ORDER).replace('{{ keywords | join(" ") }}', "S PHOTO"),
    "the address is left out": shipped(ORDER).partition("{% if address %}")[0],
    "twice": shipped(ORDER) + "\n\n\n\n" + shipped(ORDER),
    "an end in the middle": shipped(ORDER) + "\nNNNN\n",
    "a line too long": shipped(ORDER).replace("{{ line }}", "{{ line }}" + "x" * 60, 1),
    "letters beyond ASCII": shipped(ORDER).replace("{{ line }}", "{{ line }} é", 1),
    "empty": "",
}


@pytest.mark.parametrize("case", WRONG_ORDERS)
def test_an_order_that_would_say_something_else_never_leaves(
    sqlite_office: Office, relay: Relay, case: str
) -> None:
    office = sqlite_office
    office.template(ORDER, WRONG_ORDERS[case])
    number = office.place(service="COPY")
    office.run()
    assert relay.to(BL) == []
    assert office.show(number)["delivery"] == "held"
    assert office.show(number)["attention"] == ["held-template"]
    assert office.outbox()[0].note
    assert len(relay.to("desk@town.example")) == 1
    office.clock.forward(hours=6)
    office.run()
    assert len(relay.to("desk@town.example")) == 1  # the same reason is told once


WRONG_FILES = {
    "no code": shipped("artemail/file.txt").replace("{{ customer_code }}\n", ""),
    "another code": shipped("artemail/file.txt").replace("{{ customer_code }}", "99-9999"),
    "no password": shipped("artemail/file.txt").replace("{{ password }}\n", ""),
    "the password twice": shipped("artemail/file.txt") + "{{ password }}\n",
    "no end": shipped("artemail/file.txt").replace("NNNN", ""),
    "no orders": shipped("artemail/file.txt").replace("{{ order }}", ""),
    "only the first order": shipped("artemail/file.txt").replace("in orders", "in orders[:1]"),
    "no gap": shipped("artemail/file.txt").replace("\n\n\n\n\n", "\n"),
    "a broken name": shipped("artemail/file.txt").replace("orders", "order_list"),
}


@pytest.mark.parametrize("case", WRONG_FILES)
def test_a_broken_frame_holds_all_its_orders(sqlite_office: Office, relay: Relay, case: str) -> None:
    office = sqlite_office
    office.template("artemail/file.txt", WRONG_FILES[case])
    numbers = [office.place("One"), office.place("Two")]
    office.run()
    assert relay.to(BL) == []
    assert [office.show(number)["delivery"] for number in numbers] == ["held", "held"]


def test_a_broken_cancel_holds_the_cancel(office: Office, relay: Relay) -> None:
    number = office.place()
    office.run()
    office.template("artemail/cancel.txt", shipped("artemail/cancel.txt").replace("{{ number }}", "B7-7"))
    office.act(number, "cancel")
    office.run()
    assert len(relay.to(BL)) == 1
    assert office.show(number)["delivery"] == "held"
    office.template("artemail/cancel.txt", shipped("artemail/cancel.txt"))
    office.clock.forward(minutes=1)
    office.run()
    assert len(relay.to(BL)) == 2


FORGETS = '{{ "W" if "Weird" in line else line }}'


def test_one_broken_among_three_is_held_alone_and_mended_goes_by_itself(office: Office, relay: Relay) -> None:
    """The template loses one word of one title, so only that order differs."""
    office.template(ORDER, shipped(ORDER).replace("{{ line }}", FORGETS, 1))
    one, weird, three = (office.place(title) for title in ("One", "Weird", "Three"))
    office.run()
    text = relay.to(BL)[0].text
    assert "One" in text
    assert "Three" in text
    assert f"TX{weird}-1" not in text
    assert office.show(weird)["delivery"] == "held"
    assert "item" in office.outbox()[0].note  # the field that was lost
    assert [office.show(number)["attention"] for number in (one, three)] == [[], []]
    office.template(ORDER, shipped(ORDER))
    office.clock.now += timedelta(seconds=59)
    office.run()
    assert len(relay.to(BL)) == 1
    office.clock.now += timedelta(seconds=1)
    office.run()
    assert f"TX{weird}-1" in relay.to(BL)[1].text
    shown = office.show(weird)
    assert (shown["delivery"], shown["attention"]) == ("handed_over", [])


def test_cancelled_while_held_is_over(office: Office, relay: Relay) -> None:
    office.template(ORDER, "{{ titel }}")
    number = office.place()
    office.run()
    office.act(number, "cancel")
    shown = office.show(number)
    assert (shown["state"], shown["attention"]) == ("CANCELLED", [])
    office.template(ORDER, shipped(ORDER))
    office.clock.forward(days=1)
    office.run()
    assert relay.to(BL) == []


NOTICE = "en/patron/arrived.txt"


@pytest.mark.parametrize(
    "text",
    ["Subject: x\n\n{{ titel }}\n", "{% for %}", "no subject line", "", "Subject: {{ request.number }", "\0"],
)
def test_a_broken_notice_goes_out_as_it_was_last_good(sqlite_office: Office, relay: Relay, text: str) -> None:
    office = sqlite_office
    office.template(NOTICE, "Subject: Come\n\nOur own words for {{ patron.name }}.\n")
    first = office.place(patron={"id": "P1", "name": "R. Reader", "email": "r@town.example"})
    second = office.place(patron={"id": "P1", "name": "R. Reader", "email": "r@town.example"})
    office.run()
    office.act(first, "receive")
    office.run()
    file = office.template(NOTICE, text)
    office.act(second, "receive")
    office.run()
    letters = relay.to("r@town.example")
    assert len(letters) == 2
    assert all("Our own words for R. Reader." in letter.text for letter in letters)
    assert str(file) in " ".join(self_check.check(office.app.context, office.app.store, connect=False).wrong)


def test_a_notice_broken_from_the_start_goes_out_as_shipped(office: Office, relay: Relay) -> None:
    office.template(NOTICE, "Subject: x\n\n{{ titel }}\n")
    number = office.place(patron={"id": "P1", "name": "R. Reader", "email": "r@town.example"})
    office.run()
    office.act(number, "receive")
    office.run()
    assert "waits for you at our desk" in relay.to("r@town.example")[0].text


def test_a_draft_is_previewed_under_its_own_name(sqlite_office: Office, tmp_path: Path) -> None:
    context = sqlite_office.app.context
    shown, *_ = previews.of_samples(context, Draft(NOTICE, "Subject: x\n\nMy draft\n", "d.txt"))
    assert "My draft" in shown.text
    with pytest.raises(LocalFault, match=r"d\.txt, line 3: .*titel"):
        previews.of_samples(context, Draft(NOTICE, "Subject: x\n\n{{ titel }}\n", "d.txt"))
    with pytest.raises(LocalFault, match=r"en/patron/arrived\.txt"):
        previews.of_samples(context, Draft("en/patron/arived.txt"))


def test_every_template_is_previewed_with_samples_and_notices_with_a_request(sqlite_office: Office) -> None:
    office = sqlite_office
    number = office.place("The Title", patron={"id": "P1", "name": "R. Reader", "email": "r@town.example"})
    office.run()
    context = office.app.context
    said = {"artemail/order.txt", "artemail/file.txt", "artemail/cancel.txt"}
    for listed in context.templates.listing():
        shown = previews.of_samples(context, Draft(listed.path))
        assert shown and all(one.text.strip() for one in shown)
        with office.store.read() as connection:
            if listed.path.startswith("artemail/") and listed.path not in said:
                with pytest.raises(LocalFault, match=r"without --request|No message about this request"):
                    previews.of_request(connection, context, Draft(listed.path), number)
                continue
            text = previews.of_request(connection, context, Draft(listed.path), number).text
        titled = "The Title" in text or "cancel" in listed.path
        about_none = "digest" in listed.path or "sign_in" in listed.path
        assert (titled and number in text) or about_none, listed.path


@pytest.mark.parametrize("text", ["{{ titel }}", shipped(ORDER).replace("{{ number }}", "X{{ number }}")])
def test_a_broken_template_with_forty_orders_is_one_letter_to_staff(
    sqlite_office: Office, relay: Relay, text: str
) -> None:
    """Also where each order's fault is worded with its own number; and again the next day."""
    office = sqlite_office
    office.template(ORDER, text)
    numbers = [office.place(f"Title {n}") for n in range(40)]
    office.run()
    assert {office.show(number)["delivery"] for number in numbers} == {"held"}
    assert {tuple(office.show(number)["attention"]) for number in numbers} == {("held-template",)}
    (letter,) = relay.to("desk@town.example")
    assert "field" in letter.text or "template" in letter.text or "number" in letter.text
    office.clock.forward(hours=25)
    office.place("One more")
    office.run()
    assert len(relay.to("desk@town.example")) == 2


def test_another_fault_of_the_same_day_is_told(sqlite_office: Office, relay: Relay) -> None:
    office = sqlite_office
    office.template(ORDER, "{{ titel }}")
    office.place()
    office.run()
    office.template(ORDER, shipped(ORDER).replace("{{ line }}", "{{ line }} é", 1))
    office.place("Another")
    office.run()
    assert len(relay.to("desk@town.example")) == 2


def test_forty_orders_in_a_letter_that_fails_are_one_letter_to_staff(
    sqlite_office: Office, relay: Relay
) -> None:
    office = sqlite_office
    for n in range(40):
        office.place(f"Title {n}")
    relay.answers = ["550 5.7.1 not from you"]
    office.run()
    assert len(relay.to("desk@town.example")) == 1
