"""Status-Or-Error-Report.

The neutral ``problem`` is one word for a CHOICE of CHOICEs in the module: the name of the number if it has
one, else that of the alternative. A number without a name is "ALTERNATIVE NUMBER"; ``detail`` is the text or
symbol that an alternative holds.
"""

from typing import Any

from mailproc.errors import LocalFault
from mailproc.ill.apdu import Report, StatusOrErrorReport
from mailproc.ill.terms import State
from mailproc.protocols.field_codec import Pair, Tree, UnreadableComponent, is_number
from mailproc.protocols.iso10161.fields.dates import DATE, DATE_TEXT
from mailproc.protocols.iso10161.fields.enumerations import (
    APDU_TYPE,
    GENERAL_PROBLEM,
    ID_PROBLEM,
    INTERMEDIARY_PROBLEM,
    MOST_RECENT_SERVICE,
    NO_REPORT,
    REPORT_SOURCE,
    RESULTS_WORD,
    SERVICE_WORD,
    STATE,
    UNABLE,
)
from mailproc.protocols.iso10161.fields.parties import SYSTEM
from mailproc.protocols.iso10161.fields.strings import WORDS

PROVIDER, USER = "provider-error-report", "user-error-report"
PROHIBITED, FORWARDED, SECURITY = "state-transition-prohibited", "already-forwarded", "security-problem"

_PROBLEMS: dict[str, tuple[str, Pair]] = {
    "general-problem": (PROVIDER, GENERAL_PROBLEM),
    "transaction-id-problem": (PROVIDER, ID_PROBLEM),
    "intermediary-problem": (USER, INTERMEDIARY_PROBLEM),
    "unable-to-perform": (USER, UNABLE),
}
_WORDS = {
    word: (kind, alternative, pair.write(word))
    for alternative, (kind, pair) in _PROBLEMS.items()
    for word in map(pair.read, range(1, 6))
    if not is_number(word)
}

_HISTORY: dict[str, Pair] = {
    "date-requested": DATE_TEXT,
    "author": WORDS,
    "title": WORDS,
    "author-of-article": WORDS,
    "title-of-article": WORDS,
    "date-of-last-transition": DATE_TEXT,
    "most-recent-service": MOST_RECENT_SERVICE,
    "date-of-most-recent-service": DATE_TEXT,
    "initiator-of-most-recent-service": SYSTEM,
    "shipped-service-type": SERVICE_WORD,
    "transaction-results": RESULTS_WORD,
    "most-recent-service-note": WORDS,
}


def read(tree: Tree, values: dict[str, Any], unread: dict[str, str]) -> None:  # noqa: ARG001
    said = _read_status(tree) | _read_error(tree)
    if "reason-no-report" in tree:
        said["reason_no_report"] = NO_REPORT.read(tree["reason-no-report"])
    if said:
        values["report"] = Report(**{"kind": "status"} | said)


def _read_status(tree: Tree) -> dict[str, Any]:
    if "status-report" not in tree:
        return {}
    status = tree["status-report"]
    history = {}
    for at, pair in _HISTORY.items():
        try:
            value = pair.read(status["user-status-report"][at])
        except (KeyError, UnreadableComponent):
            continue
        if value is not None:
            history[at.replace("-", "_")] = value
    return {"history": history or None, "current_state": STATE.read(status["provider-status-report"])}


def _read_error(tree: Tree) -> dict[str, Any]:
    if "error-report" not in tree:
        return {}
    error = tree["error-report"]
    sides = (USER, PROVIDER) if error["report-source"] == _USER_SAID else (PROVIDER, USER)
    problem: dict[str, Any] = next((_problem(*error[side]) for side in sides if side in error), {})
    return {
        "kind": "error",
        "source": REPORT_SOURCE.read(error["report-source"]),
        "correlation": WORDS.read(error["correlation-information"]),
        **problem,
    }


_USER_SAID = REPORT_SOURCE.write("user")


def _problem(alternative: str, value: Any) -> dict[str, Any]:
    if alternative == PROHIBITED:
        return {
            "problem": PROHIBITED,
            "apdu_type": APDU_TYPE.read(value["aPDU-type"]),
            "current_state": STATE.read(value["current-state"]),
        }
    if alternative == FORWARDED:
        try:
            return {"problem": FORWARDED, "detail": SYSTEM.read(value["responder-id"])}
        except UnreadableComponent:
            return {"problem": FORWARDED}
    if alternative == SECURITY:
        return {"problem": SECURITY, "detail": WORDS.read(value)}
    word = _PROBLEMS[alternative][1].read(value)
    return {"problem": f"{alternative} {word}" if is_number(word) else word}


def write(message: StatusOrErrorReport, tree: Tree) -> None:
    report = message.report
    if report is None:
        return
    if report.reason_no_report:
        tree["reason-no-report"] = NO_REPORT.write(report.reason_no_report)
    if report.kind == "error":
        tree["error-report"] = _write_error(report)
    elif report.kind != "status":
        raise LocalFault(f"report.kind: {report.kind!r} is no report; it is a status or an error")
    elif report.history or report.current_state:
        tree["status-report"] = _write_status(report)


def _write_status(report: Report) -> Tree:
    history = {
        at: component
        for at, pair in _HISTORY.items()
        if (value := (report.history or {}).get(at.replace("-", "_"))) is not None
        and (component := _written(at, pair, value)) is not None
    }
    state = {"provider-status-report": _state(report.current_state)} if report.current_state else {}
    return {"user-status-report": history, **state}


def _written(at: str, pair: Pair, value: Any) -> Any:
    if not isinstance(value, str):
        raise LocalFault(f"report.history.{at.replace('-', '_')}: a text is needed, not {value!r}")
    return pair.write(value)


def _state(name: str) -> int:
    """Return the number of a state; a transaction that does not exist (IDLE) is uNKNOWN on the wire."""
    below = name in State.__members__ and State[name] <= State.IDLE
    return int(STATE.write(State.UNKNOWN.name if below else name))


def _write_error(report: Report) -> Tree:
    tree: Tree = {}
    if report.correlation:
        tree["correlation-information"] = WORDS.write(report.correlation)
    if report.source:
        tree["report-source"] = REPORT_SOURCE.write(report.source)
    if report.problem:
        kind, alternative, value = _written_problem(report.problem, report)
        tree[kind] = (alternative, value)
    return tree


def _written_problem(problem: str, report: Report) -> tuple[str, str, Any]:
    if problem in _WORDS:
        return _WORDS[problem]
    if problem == PROHIBITED:
        if not (report.apdu_type and report.current_state):
            raise LocalFault(f"a report {PROHIBITED} must say apdu_type and current_state")
        about = {
            "aPDU-type": APDU_TYPE.write(report.apdu_type),
            "current-state": _state(report.current_state),
        }
        return PROVIDER, PROHIBITED, about
    if problem == FORWARDED:
        return USER, FORWARDED, {"responder-id": SYSTEM.write(report.detail)} if report.detail else {}
    if problem == SECURITY:
        return USER, SECURITY, WORDS.write(report.detail or SECURITY)
    alternative, _, number = problem.rpartition(" ")
    if alternative in _PROBLEMS and is_number(number):
        return _PROBLEMS[alternative][0], alternative, int(number)
    raise LocalFault(
        f"report.problem: {problem!r} has no word in ISO 10161", (*_WORDS, PROHIBITED, FORWARDED, SECURITY)
    )


def complete(message: StatusOrErrorReport, tree: Tree) -> None:
    """Add mandatory components; an empty report states that there is none (reason-no-report)."""
    report = message.report
    if "error-report" in tree:
        _complete_error(message, tree["error-report"])
    if "status-report" in tree or (report and report.kind == "status" and "reason-no-report" not in tree):
        _complete_status(message, tree)
    if not tree.keys() & {"status-report", "error-report", "reason-no-report"}:
        tree["reason-no-report"] = NO_REPORT.write("temporary")


def _complete_error(message: StatusOrErrorReport, error: Tree) -> None:
    if not error.keys() & {USER, PROVIDER}:
        error[PROVIDER] = ("general-problem", GENERAL_PROBLEM.write("other"))
    alternative, about = error.get(USER, ("", {}))
    if alternative == FORWARDED and "responder-id" not in about:
        raise LocalFault(f"a report {FORWARDED} must say in detail to whom")
    error.setdefault("report-source", REPORT_SOURCE.write("user" if USER in error else "provider"))
    named = message.transaction
    error.setdefault("correlation-information", _text(f"{named.tgq}/{named.tq}" if named else ""))


def _text(text: str) -> Any:
    return WORDS.write(text) or ("generalString", b"")


def _complete_status(message: StatusOrErrorReport, tree: Tree) -> None:
    status = tree.setdefault("status-report", {})
    status.setdefault("provider-status-report", State.UNKNOWN.value)
    history = status.setdefault("user-status-report", {})
    today = DATE.write(message.sent_at.date()) if message.sent_at else None
    history.setdefault("date-of-last-transition", today)
    history.setdefault("date-of-most-recent-service", today)
    history.setdefault("most-recent-service", MOST_RECENT_SERVICE.write("ILL_REQUEST"))
    history.setdefault("initiator-of-most-recent-service", tree.get("requester-id", {}))
