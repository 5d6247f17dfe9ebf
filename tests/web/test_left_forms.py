"""Forms that strangers leave take no memory without end, and nobody's place."""

import pytest

from mailproc.web import left_forms
from mailproc.web.left_forms import LeftForms


def test_a_form_is_given_once_and_to_its_browser_and_address():
    left = LeftForms()
    left.put("browser", "/r/B1/act", "note=x", "192.0.2.1")
    assert left.take("another", "/r/B1/act") == left.take("browser", "/r/B2/act") == ""
    assert left.take("browser", "/r/B1/act") == "note=x"
    assert left.take("browser", "/r/B1/act") == ""


def test_one_place_pushes_out_its_own_alone():
    left = LeftForms()
    left.put("staff", "/r/B1/act", "note=x", "192.0.2.1")
    for number in range(left_forms.MOST_OF_PLACE + 5):
        left.put(f"stranger {number}", "/x/y", "z", "192.0.2.9")
    assert left.take("staff", "/r/B1/act") == "note=x"
    assert left.take("stranger 0", "/x/y") == "" and left.take("stranger 24", "/x/y") == "z"


def test_who_has_left_most_gives_way(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(left_forms, "MOST_CHARACTERS", 10_000)
    left = LeftForms()
    left.put("staff", "/r/B1/act", "note=x", "192.0.2.1")
    for number in range(500):
        left.put(f"stranger {number}", "/x/y", "z" * 900, f"2001:db8:{number:x}::/64")
    kept = sum(bool(left.take(f"stranger {number}", "/x/y")) for number in range(500))
    assert 0 < kept <= 11
    assert left.take("staff", "/r/B1/act") == "note=x"
