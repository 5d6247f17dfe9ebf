"""How the files in a letter are shown: a line for each, or JSON."""

from collections.abc import Sequence
from typing import Any

from mailproc.cli import output
from mailproc.flow.context import Context
from mailproc.mail.attachments import Attachment
from mailproc.notices.language import Language
from mailproc.office.mailroom.saved_files import SavedFile


def show(files: Sequence[Attachment], language: Language) -> None:
    """A heading and a line for each file; nothing for a letter without one."""
    if not files:
        return
    output.line()
    output.line(language.counted("attachments", len(files)) + ":")
    for file in files:
        output.line(f"  {output.one_line(file.name)}  {_described(file, language)}")


def _described(file: Attachment, language: Language) -> str:
    size = language.counted("octets", file.size)
    claimed = language.label("attachments", "claimed", type=output.one_line(file.claimed))
    return f"({file.type.media_type}, {size}{f'; {claimed}' if file.differs else ''})"


def saved(files: Sequence[SavedFile], context: Context, *, as_json: bool) -> None:
    """The path of each file that was saved."""
    if as_json:
        output.as_json([{"path": str(one.path)} | _json(one.file) for one in files])
        return
    for one in files:
        output.line(f"{one.path}  {_described(one.file, context.language)}")
    if not files:
        output.line(context.language.label("attachments", "none"))


def listed(files: Sequence[Attachment]) -> list[dict[str, Any]]:
    """The files as JSON."""
    return [_json(file) for file in files]


def _json(file: Attachment) -> dict[str, Any]:
    return {
        "name": file.name,
        "type": file.type.media_type,
        "claimed": file.claimed,
        "size": file.size,
        "sha256": file.digest,
    }
