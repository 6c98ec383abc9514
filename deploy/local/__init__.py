"""The one-machine run: everything `make up`, `make test` and `make check` start or install."""
