"""What can go wrong with an upload."""

from api.lib.errors import Conflict, Forbidden, Unprocessable


class OffsetWrong(Conflict):
    """The chunk does not begin where the stored bytes end."""

    slug = "upload-offset-wrong"
    title = "The chunk does not follow what is stored"
    default_detail = "Go on at the offset that Upload-Offset says."


class UploadOver(Conflict):
    """The upload takes no more bytes."""

    slug = "upload-over"
    title = "The upload is over"
    default_detail = "It is finished or was refused; begin a new one to send another file."


class UploadInUse(Conflict):
    """A saved answer names the file."""

    slug = "upload-in-use"
    title = "The file is part of an answer"
    default_detail = "Take it out of the answer and save; the file is removed after that."


class TooManyUploads(Conflict):
    """The registration has no room for the file."""

    slug = "too-many-uploads"
    title = "There is no room for more files"
    default_detail = "Remove files that are not needed, or send smaller ones."


class FileRefused(Unprocessable):
    """The bytes are not what the field takes."""

    slug = "file-refused"
    title = "This file cannot be taken"
    default_detail = "Choose another file; the errors say what is wrong with this one."


class UploadsClosed(Conflict):
    """The registration is over and takes no files."""

    slug = "uploads-closed"
    title = "No files can be added any more"
    default_detail = "The registration was cancelled or has expired. Begin a new one."


class RevealFirst(Forbidden):
    """A sensitive file is shown to nobody but those who reveal it."""

    slug = "file-is-sensitive"
    title = "The file is sensitive"
    default_detail = "Whoever may see sensitive answers asks for it with a reason; your own data export has it too."
