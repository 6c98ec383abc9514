"""``python -m worker``: Celery with a pool of threads, which share the process's one loop and engine."""

from worker.app import app, start


def main() -> None:
    """Run until stopped."""
    start()
    # Thread pool; no gossip, no mingling: the workers agree through PostgreSQL.
    pool = ["--pool", "threads", "--concurrency", "4"]
    app.worker_main(["worker", *pool, "--without-mingle", "--without-gossip", "--loglevel", "INFO"])


if __name__ == "__main__":
    main()
