"""Where the small files outside the store lie: which store it is, what left it, who was forgotten."""

from pathlib import Path

from mailproc.store import connections

FOLDER = "outside"
"""The folder beside config.toml where they lie, if there is one: never put back together with the store's."""


def beside(url: str, base: Path, kind: str) -> list[Path]:
    """Return the places, the best first: in the folder ``outside`` of ``base``, in ``base`` (where
    config.toml is), in the store's folder. Whoever installs the service makes ``outside``, for its user."""
    parsed = connections.parse(url, base)
    store = Path(parsed.database or "")
    name = f".{store.name}.{kind}"
    folder = store.parent if parsed.get_backend_name() == "sqlite" else base / "var"
    return [base / FOLDER / name, base / name, folder / name]
