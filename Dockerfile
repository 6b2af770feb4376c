# syntax=docker/dockerfile:1
# The tag follows the security updates of its release; what is installed on top is pinned by hash.
FROM python:3.13-slim-trixie AS build
WORKDIR /src
RUN python -m venv /venv
COPY requirements.lock ./
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY signals signals
COPY config config
# Nothing is installed where it runs, so nothing that installs is taken along.
RUN /venv/bin/pip install --no-cache-dir --no-deps . && /venv/bin/pip uninstall --yes pip

FROM python:3.13-slim-trixie
RUN useradd --system --uid 10001 --user-group --create-home --home-dir /data --shell /usr/sbin/nologin etfbot \
    && install --directory --owner etfbot --group etfbot /var/cache/etfbot
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    NUMBA_CACHE_DIR=/var/cache/etfbot \
    ETFBOT_DATABASE=sqlite:////data/etfbot.db \
    ETFBOT_WEB__HOST=0.0.0.0
USER 10001:10001
# Compiled kernels are kept for the processor that this runs on; another one compiles its own beside its work.
RUN ["python", "-c", "import sys; from bot.warming import warm_all; sys.exit(warm_all())"]
WORKDIR /data
# All that is written, with /tmp: the rest of the file system may be read-only (docker run --read-only --tmpfs /tmp).
VOLUME ["/data", "/var/cache/etfbot"]
EXPOSE 8787
# A page that listens beyond this machine wants a password: set ETFBOT_WEB__PASSWORD.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8787/healthz', timeout=4)"]
ENTRYPOINT ["etfbot"]
CMD ["run"]
