# Build:  docker build --tag pledge .
# The same image is web, worker and beat; docker-compose.yml says which is which.
FROM python:3.11-slim-bookworm AS packages
COPY requirements/base.txt /tmp/base.txt
RUN python -m venv /opt/pledge \
    && /opt/pledge/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --requirement /tmp/base.txt

FROM python:3.11-slim-bookworm
ENV PATH=/opt/pledge/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/srv/static SEAL_FOLDER=/var/lib/pledge/seal
RUN useradd --system --no-create-home --uid 10001 pledge && install --directory --owner pledge --mode 700 /var/lib/pledge/seal
COPY --from=packages /opt/pledge /opt/pledge
WORKDIR /srv/pledge
COPY . .
RUN python manage.py collectstatic --noinput
USER pledge
EXPOSE 8000
# A worker that dies is replaced while the other goes on; one that does not stop is not waited for until the host kills all.
# Backpressure bounds the connections that a worker keeps, idle ones too: what a proxy and its clients hold open beyond
# it is never answered.
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--respawn-failed-workers", "--workers-kill-timeout", "8", "--blocking-threads", "4", "--backlog", "2048", "--backpressure", "1024", "--no-ws", "config.wsgi:application"]
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as ask; ask.urlopen(ask.Request('http://127.0.0.1:8000/readyz', headers={'Host': 'localhost'}), timeout=2)"]
