"""What can go wrong with a form."""

from api.lib.errors import Conflict, Unprocessable


class FormInvalid(Unprocessable):
    """The document cannot be published; every reason is listed."""

    slug = "form-invalid"
    title = "The form has problems"
    default_detail = "Mend the places listed in errors and try again."


class SheetInvalid(Unprocessable):
    """The spreadsheet cannot be imported; every reason is listed by sheet, row and column."""

    slug = "sheet-invalid"
    title = "The spreadsheet has problems"
    default_detail = "Mend the rows listed in problems and upload it again; or import with skip_unsupported=true."


class FormNameTaken(Conflict):
    """The organization has a form of this name."""

    slug = "form-name-taken"
    title = "A form of this name exists"
    default_detail = "Change the form's name, or update the existing form."


class NothingToPublish(Conflict):
    """The draft is the same as the latest version."""

    slug = "nothing-to-publish"
    title = "Nothing has changed since the last version"
    default_detail = "Edit the form first, then publish it."


class FormTooLargeForSheet(Unprocessable):
    """The form has more rows or columns than a spreadsheet is read with."""

    slug = "form-too-large-for-sheet"
    title = "The form is too large for a spreadsheet"
    default_detail = "Export it with format=json."
