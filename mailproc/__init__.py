"""mailproc: interlibrary loan by mail, moved through its states by the letters themselves."""


def __getattr__(name: str) -> str:
    """``__version__``, looked up when asked for: the look-up loads the reading of e-mail."""
    if name != "__version__":
        raise AttributeError(name)
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("mailproc-ill")
    except PackageNotFoundError:  # run from a tree that was never installed
        return "0"
