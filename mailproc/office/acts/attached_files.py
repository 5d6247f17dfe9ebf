"""Files that staff send with an action: read, checked, and stored before anything refers to them."""

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailproc import named_files
from mailproc.config import Documents
from mailproc.errors import LocalFault
from mailproc.flow.context import Context
from mailproc.ill.facts import AttachedJson
from mailproc.mail import content_type
from mailproc.mail.attachments import safe_name
from mailproc.office.acts.staff_act import StaffAct
from mailproc.sentence import sentence
from mailproc.store.engine import Store


@dataclass(frozen=True)
class AttachedFile:
    """A file of staff, as it is kept with the event, and its octets."""

    kept: AttachedJson
    content: bytes


def read(act: StaffAct, context: Context) -> tuple[AttachedFile, ...]:
    """Return the files that the action names. Raise LocalFault for one that cannot be sent."""
    limits = context.config.documents
    if act.attach and (act.heard_by or act.repeat):
        raise LocalFault(sentence("attach-only-first"))
    if len(act.attach) > limits.max_count:
        raise LocalFault(sentence("attach-too-many", count=len(act.attach), most=limits.max_count))
    left, files = limits.max_size, list[AttachedFile]()
    for number, name in enumerate(act.attach, 1):
        content = _content(Path(name), left, limits)
        left -= len(content)
        files.append(_checked(Path(name), content, number, limits))
    return tuple({one.kept["digest"]: one for one in files}.values())


@contextmanager
def stored(files: Sequence[AttachedFile], store: Store, context: Context) -> Iterator[None]:
    """Store the files, and hold their folder while the caller commits what refers to them."""
    if not files:
        yield
        return
    with context.documents.writing(store.identity()):
        for one in files:
            context.documents.put(one.content)
        yield


def _content(path: Path, most: int, limits: Documents) -> bytes:
    """Read a regular file of at most ``most`` octets; never wait for a writer of a pipe."""
    try:
        with named_files.opened(path, os.O_NONBLOCK) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise LocalFault(sentence("file-not-read", file=str(path), why=sentence("file-is-none")))
            content = file.read(most + 1)
    except OSError as error:
        why = error.strerror or str(error)
        raise LocalFault(sentence("file-not-read", file=str(path), why=why)) from None
    if len(content) > most:
        raise LocalFault(sentence("attach-too-large", file=str(path), most=limits.max_size))
    return content


def _checked(path: Path, content: bytes, number: int, limits: Documents) -> AttachedFile:
    of_type = content_type.of_content(content)
    if of_type.name not in limits.types:
        known = ", ".join(limits.types)
        raise LocalFault(sentence("attach-type", file=str(path), type=of_type.media_type, known=known))
    kept: AttachedJson = {
        "digest": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "type": of_type.name,
        "name": safe_name(path.name, number, of_type),
    }
    return AttachedFile(kept, content)
