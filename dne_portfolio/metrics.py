"""Prometheus metrics: never public (reliability K2).

Requests are counted by django-prometheus, in files that all processes share when
PROMETHEUS_MULTIPROC_DIR is set; the queue is read from the database at each scrape.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from dne_portfolio.vitals import queue_age
from jobs.models import Job

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


class QueueCollector(Collector):
    """The queue of record, as it stands at the scrape."""

    def collect(self) -> Iterator[Metric]:
        """Yield the jobs by kind and state, their attempts, and the age of the queue."""
        jobs = GaugeMetricFamily(
            "portfolio_jobs", "Jobs by kind and state.", labels=["kind", "state"]
        )
        attempts = GaugeMetricFamily(
            "portfolio_job_attempts", "Attempts of the jobs by kind.", labels=["kind", "state"]
        )
        rows = Job.objects.order_by().values_list("kind", "state")
        for kind, state, count, tried in rows.annotate(Count("pk"), Sum("attempts")):
            jobs.add_metric([kind, state], count)
            attempts.add_metric([kind, state], tried)
        yield jobs
        yield attempts
        age = queue_age()
        yield GaugeMetricFamily(
            "portfolio_queue_age_seconds", "Wait of the oldest due job.", value=age or 0.0
        )


def is_allowed(request: HttpRequest) -> bool:
    """Tell whether a scrape is allowed: by its bearer token, else by its own address.

    Every request that came through the proxy bears a forwarding header, and its address is the
    proxy's: it can only be allowed by the token.
    """
    given = request.headers.get("Authorization", "")
    wanted = settings.METRICS_TOKEN
    if wanted and hmac.compare_digest(given.encode(), f"Bearer {wanted}".encode()):
        return True
    if any(name in request.META for name in FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    networks = (ipaddress.ip_network(text, strict=False) for text in settings.METRICS_ALLOWED)
    return any(address in network for network in networks)


@never_cache
@require_safe
@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the metrics of every process to those who may read them, 403 to the others."""
    if not is_allowed(request):
        return HttpResponse("forbidden\n", status=403, content_type="text/plain")
    queue = CollectorRegistry()
    queue.register(QueueCollector())
    requests = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        requests = CollectorRegistry()
        MultiProcessCollector(requests)  # type: ignore[no-untyped-call]
    body = generate_latest(requests) + generate_latest(queue)
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)
