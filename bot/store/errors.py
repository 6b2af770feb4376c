"""How the store refuses."""


class StoreError(Exception):
    """The database cannot be used as asked; the text is one line for the operator and holds no secret."""


class InUseError(StoreError):
    """Another process has the database file."""
