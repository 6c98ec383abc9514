"""What can go wrong with an organization."""

from api.lib.errors import MisdirectedRequest


class LivesElsewhere(MisdirectedRequest):
    """The organization's home region is another cell."""

    slug = "organization-lives-elsewhere"
    default_detail = "Send the request to the address of the organization's home region."
