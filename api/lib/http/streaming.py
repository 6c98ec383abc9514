"""Streams that keep their own media type."""

from typing import Any

from litestar.response import Stream
from litestar.response.base import ASGIResponse


class OwnTypeStream(Stream):
    """A stream of the type it was made with: in Litestar 2.25 the route's declared type wins, against its docstring."""

    def to_asgi_response(self, *args: Any, **kwargs: Any) -> ASGIResponse:
        return super().to_asgi_response(*args, **kwargs | {"media_type": self.media_type})
