"""``python -m worker``: Celery with a pool of threads, which share the process's one loop and engine."""

from worker.app import app


def main() -> None:
    """Run until stopped."""
    app.worker_main(
        [
            "worker",
            "--pool",
            "threads",
            "--concurrency",
            "4",
            "--without-mingle",
            "--without-gossip",
            "--loglevel",
            "INFO",
        ]
    )


if __name__ == "__main__":
    main()
