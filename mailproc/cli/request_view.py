"""What `show` prints of one request: how to go on, its particulars, its whole history."""

from mailproc.cli import output
from mailproc.flow.context import Context
from mailproc.office.queries.request_details import RequestDetails
from mailproc.office.wording import history_words, request_words

GAP = 2
_COLUMNS = ("when", "what", "now", "by", "note")


def tell(found: RequestDetails, context: Context) -> None:
    """To standard output: first how it stands and how to go on. Days and times in the library's zone."""
    language = context.language
    output.line(request_words.named(found, language))
    output.line(f"{request_words.headline(found, context)} [{found.line.state}]")
    pairs = [*request_words.to_do(found, language), *request_words.particulars(found, context)]
    width = max(len(label) for label, _ in pairs) + GAP
    before = ""
    for label, value in pairs:
        lead = label if label != before else ""
        output.line(f"  {lead:<{width}}{output.one_line(value)}")
        before = label
    output.line()
    _tell_history(found, context)


def _tell_history(found: RequestDetails, context: Context) -> None:
    words = context.language.texts.labels["history"]
    rows = history_words.rows(found.history, found.line.role, context)
    cells = [(one.when, one.what, one.now, one.by, one.note) for one in rows]
    output.table([words[name] for name in _COLUMNS], cells, words["empty"])
