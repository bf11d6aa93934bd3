"""An AWS error, on its way to becoming one on the wire."""


class AwsError(Exception):
    """``code`` as AWS names it; ``status`` of the HTTP reply."""

    def __init__(self, code: str, message: str = "", status: int = 400):
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message or code, status


class Dropped(Exception):
    """The connection ends without a reply."""


class Dripping(Exception):
    """The reply comes byte by byte and does not end."""
