"""Files of a registration's answers."""

from collections.abc import Callable

from tests.contract.call import Call
from tests.contract.ground import Ground

_CHUNK = "application/offset+octet-stream"

CALLS: dict[str, Callable[[Ground], Call]] = {
    "beginUpload": lambda ground: Call(
        {"registration": ground.with_papers.uid},
        json={"step": "papers", "pointer": "/letter", "name": "letter.pdf", "size": 4, "media_type": "application/pdf"},
        holder=ground.with_papers.headers,
    ),
    "getUpload": lambda ground: Call(
        {"registration": ground.with_papers.uid, "upload": ground.upload}, holder=ground.with_papers.headers
    ),
    "appendToUpload": lambda ground: Call(
        {"registration": ground.with_papers.uid, "upload": ground.begun_upload},
        content=b"a,b\n",
        headers={"Upload-Offset": "0", "Content-Type": _CHUNK},
        holder=ground.with_papers.headers,
    ),
    "removeUpload": lambda ground: Call(
        {"registration": ground.with_papers.uid, "upload": ground.begun_upload}, holder=ground.with_papers.headers
    ),
    "getUploadContent": lambda ground: Call(
        {"registration": ground.with_papers.uid, "upload": ground.upload}, holder=ground.with_papers.headers
    ),
    "revealUpload": lambda ground: Call(
        {"registration": ground.with_papers.uid, "upload": ground.sensitive_upload}, json={"reason": "identity-check"}
    ),
}
