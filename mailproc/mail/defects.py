"""What was wrong with a letter, noted instead of raised."""

MOST = 50


class Defects:
    """A short list of different sentences; a hostile letter cannot make it long."""

    def __init__(self) -> None:
        self._texts: dict[str, None] = {}

    def note(self, text: str) -> None:
        if len(self._texts) < MOST:
            self._texts[text] = None

    def as_tuple(self) -> tuple[str, ...]:
        return tuple(self._texts)
