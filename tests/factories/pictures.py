"""Pictures for tests, made on the spot."""

import io
from typing import Any

from PIL import Image


def picture(kind: str = "JPEG", size: tuple[int, int] = (1200, 800), mode: str = "RGB", **options: Any) -> bytes:
    """Return an encoded picture: a gradient, so that no encoder makes nothing of it."""
    ground = Image.linear_gradient("L").resize(size)
    out = io.BytesIO()
    ground.convert(mode).save(out, kind, **options)
    return out.getvalue()
