# ruff: noqa: N999 # gunicorn's own name for such a file, looked for by its users
"""How gunicorn serves Shopkeeper. `shopkeeper serve` starts it; by hand it is

    SHOPKEEPER_CONFIG=shop.toml gunicorn --config config/gunicorn.conf.py

Host, port, workers and threads come from the section [service] of the settings.
"""

import atexit
import gc
import os
import shutil
import tempfile

import structlog
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from config.settings import METRICS_VARIABLE, settings_from_environment
from service.balanced_worker import BalancedWorker, Connections

_master = os.getpid()
_settings = settings_from_environment().service

# Before NumPy is imported: requests are small, and BLAS threads of several workers only get in each
# other's way. Whatever the environment says: a master that reads LightGBM's trees with several OpenMP
# threads leaves its workers a pool of threads that they do not have, and could wait for it forever.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
# Before prometheus_client is imported: it decides then whether the workers share their counts. Always
# a fresh directory, for what an earlier server counted is not ours.
_metrics = tempfile.mkdtemp(prefix="shopkeeper-metrics-")
os.environ[METRICS_VARIABLE] = _metrics

wsgi_app = "service.app:from_environment()"
bind = _settings.bind
workers = _settings.workers
BalancedWorker.connections = Connections()
worker_class = BalancedWorker
threads = _settings.threads
preload_app = True  # the artifact is verified once, not once a worker
keepalive = 30  # seconds; a shop's own servers keep their connections
timeout = 30  # seconds without a sign of life, after which a worker is replaced
graceful_timeout = 10  # seconds that requests have to finish when the server stops
control_socket_disable = True
# A worker's sign of life is a file; on a slow disk it could seem dead.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  # gunicorn makes an unlinked file of its own there


class ServerLogger(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's own lines; lines of requests are the service's (service.log_requests)."""

    def access(self, *_: object) -> None:
        """Nothing: composing a line that nobody reads takes longer than signing an answer."""


logger_class = ServerLogger
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "root": {"level": _settings.log_level.upper(), "handlers": ["stderr"]},
    "loggers": {
        "gunicorn.error": {"level": _settings.log_level.upper(), "handlers": ["stderr"], "propagate": False},
        "alembic": {"level": "WARNING"},  # it names each of its plugins when it is imported
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}
    },
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": [
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        }
    },
}


def pre_fork(_: Arbiter, __: Worker) -> None:
    """What the master has loaded is never garbage: workers need not look at it, nor copy its pages."""
    gc.freeze()


def post_worker_init(worker: Worker) -> None:
    """A worker takes its share of connections, and looks after the artifact, from its start."""
    BalancedWorker.connections.write(worker.age, 0)
    bundles = getattr(worker.wsgi, "bundles", None)
    if bundles is not None:  # the benchmarks serve a constant with this very file
        bundles.watch()


def child_exit(_: Arbiter, worker: Worker) -> None:
    """What a dead worker counted stays; what it was serving does not, nor its connections."""
    BalancedWorker.connections.forget(worker.age)
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415  # see METRICS_VARIABLE above

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # theirs


@atexit.register
def forget_metrics() -> None:
    """The shared counts go with the server; a worker, which inherits this function, leaves them alone."""
    if os.getpid() == _master:
        shutil.rmtree(_metrics, ignore_errors=True)
