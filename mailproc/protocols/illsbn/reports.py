"""Status-or-error-report: an error in words, or how a transaction stands."""

from datetime import date
from typing import Any

from mailproc.errors import LocalFault
from mailproc.ill.apdu import Report, StatusOrErrorReport
from mailproc.protocols.field_codec import Pair, Tree, UnreadableComponent
from mailproc.protocols.illsbn import state_codes
from mailproc.protocols.illsbn.dates import WRAPPED
from mailproc.protocols.illsbn.text import NOTES, WORDS, attribute_of, text_of

_NO_ERROR = ("", "0")


def error_in(tree: Tree) -> str:
    """Return the words of an error; '' if the report has none."""
    words = text_of(tree.get("Error-report", ""))
    return "" if words in _NO_ERROR else words


def state_in(tree: Tree) -> str:
    """Return the code of the state that a report names, the present one before that of the last service."""
    status = _inner(tree, "Status-report")
    recent = _inner(status, "History-report", "Most-recent-service")
    for holder in (status, recent):
        if code := attribute_of(holder.get("Current-state", ""), "state"):
            return code
    return ""


def _day_text(text: str) -> Any:
    try:
        return WRAPPED.write(date.fromisoformat(text))
    except (ValueError, TypeError):
        raise LocalFault(f"{text!r} is no date like 2026-01-31") from None


def _read_day(component: object) -> str | None:
    day: date | None = WRAPPED.read(component)
    return day.isoformat() if day else None


_DAY = Pair(_read_day, _day_text)
_HISTORY: dict[str, tuple[str, Pair]] = {
    "date_requested": ("Date-requested", _DAY),
    "author": ("Author", WORDS),
    "title": ("Title", WORDS),
    "author_of_article": ("Author-of-article", WORDS),
    "title_of_article": ("Title-of-article", WORDS),
    "date_of_last_transition": ("Date-of-last-transiction", _DAY),
    "date_of_most_recent_service": ("Date-of-most-recent-service", _DAY),
    "initiator_of_most_recent_service": ("Initiator-of-most-recent-service", WORDS),
    "most_recent_service_note": ("Most-recent-service-note", Pair(
        lambda component: NOTES.read(component.get("Note", "")) if isinstance(component, dict) else None,
        lambda text: {"Note": notes} if (notes := NOTES.write(text)) else None,
    )),
}  # fmt: skip
"""The History-Report of the standard, by the names of its components in JSON."""


def history_of(tree: Tree) -> dict[str, str]:
    said = _inner(tree, "Status-report", "History-report")
    history = {}
    for name, (element, pair) in _HISTORY.items():
        try:
            value = pair.read(said.get(element, ""))
        except UnreadableComponent:
            continue
        if value is not None:
            history[name] = value
    return history


def read(tree: Tree, values: dict[str, Any], unread: dict[str, str]) -> None:  # noqa: ARG001
    if words := error_in(tree):
        values["report"] = Report(kind="error", source="provider", problem="other")
        values["note"] = words
        return
    code, history = state_in(tree), history_of(tree)
    if code or history:
        state = state_codes.state_of(code, None).name if code else None
        values["report"] = Report(kind="status", current_state=state, history=history or None)
    if note := history.get("most_recent_service_note"):
        values["note"] = note


def write(told: StatusOrErrorReport, tree: Tree) -> None:
    """Write an error as words, or a history: as a question that is what has changed since a day."""
    report = told.report
    if report is not None and report.kind == "error":
        words = told.note or report.detail or report.problem or "error"
        tree["Error-report"] = WORDS.write(words) or "error"
        return
    history = _history(report.history if report else None)
    if history:
        tree["Status-report"] = {"History-report": history}


def _history(said: dict[str, str] | None) -> Tree:
    written: Tree = {}
    for name, (element, pair) in _HISTORY.items():
        value = (said or {}).get(name)
        if value and (component := pair.write(value)) is not None:
            written[element] = component
    return written


def _inner(tree: Tree, *names: str) -> Tree:
    for name in names:
        inner = tree.get(name)
        tree = inner if isinstance(inner, dict) else {}
    return tree
