"""Where the bytes of pictures stand while their messages are plain data: each content once, by its digest."""

from hashlib import sha256


class Shelf:
    """Takes pictures out of messages; thousands of messages of a batch share a few."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        """The pictures that were put aside, by their names."""
        self._names: dict[bytes, str] = {}

    def put(self, png: bytes) -> str:
        """Put a picture aside; returns its name: SHA-256 in hexadecimal digits, empty for no picture."""
        if not png:
            return ""
        # Python keeps the hash of a bytes object: a picture that comes again is not read through again.
        name = self._names.get(png)
        if name is None:
            name = self._names[png] = sha256(png).hexdigest()
            self.contents[name] = png
        return name
