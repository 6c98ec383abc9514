"""The reverse proxy in front of the API processes."""
