"""Forms that strangers leave take no memory without end, and nobody's place."""

import pytest

from mailproc.web import kept_forms
from mailproc.web.kept_forms import KeptForms


def test_a_form_is_given_once_and_to_its_browser_and_address():
    left = KeptForms()
    left.put("browser", "/r/B1/act", "note=x", "192.0.2.1")
    assert left.take("another", "/r/B1/act") is left.take("browser", "/r/B2/act") is None
    assert left.take("browser", "/r/B1/act") == "note=x"
    assert left.take("browser", "/r/B1/act") is None


def test_one_source_pushes_out_its_own_alone():
    left = KeptForms()
    left.put("staff", "/r/B1/act", "note=x", "192.0.2.1")
    for number in range(kept_forms.MOST_OF_SOURCE + 5):
        left.put(f"stranger {number}", "/x/y", "z", "192.0.2.9")
    assert left.take("staff", "/r/B1/act") == "note=x"
    assert left.take("stranger 0", "/x/y") is None and left.take("stranger 24", "/x/y") == "z"


def test_who_has_left_most_gives_way(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kept_forms, "MOST_CHARACTERS", 10_000)
    left = KeptForms()
    left.put("staff", "/r/B1/act", "note=x", "192.0.2.1")
    for number in range(500):
        left.put(f"stranger {number}", "/x/y", "z" * 900, f"2001:db8:{number:x}::/64")
    kept = sum(bool(left.take(f"stranger {number}", "/x/y")) for number in range(500))
    assert 0 < kept <= 11
    assert left.take("staff", "/r/B1/act") == "note=x"


def test_drafts_of_one_person_push_out_nobody_elses(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kept_forms, "MOST_CHARACTERS", 10_000)
    drafts: KeptForms[dict[str, str]] = KeptForms()
    drafts.put("rau", "en.patron.arrived", {"text": "x" * 3_000, "note": "a word"})
    for number in range(10):
        drafts.put("head", f"text {number}", {"text": "x" * 2_000})
    found = drafts.get("rau", "en.patron.arrived")
    assert found is not None and found["note"] == "a word"
    assert drafts.get("head", "text 9") is not None and drafts.get("head", "text 0") is None


def test_what_keeping_costs_counts_and_so_do_sources():
    """Forms of one character, with names of their own, from as many networks as there are."""
    left: KeptForms[dict[str, str]] = KeptForms()
    for number in range(kept_forms.MOST_SOURCES + 20):
        left.put(f"stranger {number}", "/x/y", {"z": ""}, f"2001:db8:{number:x}::/48")
    assert left.get("stranger 0", "/x/y") is None and left.get("stranger 20", "/x/y") == {"z": ""}
    left = KeptForms()
    for number in range(20):
        left.put("x" * 43, f"/x/{number}", {"z" * 900_000: ""}, "192.0.2.9")
    assert sum(left.get("x" * 43, f"/x/{number}") is not None for number in range(20)) == 8


def test_nothing_is_remembered_of_forms_that_were_taken():
    left = KeptForms()
    for number in range(50):
        left.put(f"stranger {number}", "/x/y", "z", f"source {number % 3}")
        left.put(f"stranger {number}", "/x/y", "zz", f"source {number % 2}")
    for number in range(50):
        left.take(f"stranger {number}", "/x/y")
    assert not left._forms and not left._sizes and not left._whose and not left._size
