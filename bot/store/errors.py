"""The one way in which the store refuses."""


class StoreError(Exception):
    """The database cannot be used as asked; the text is one line for the operator and holds no secret."""
