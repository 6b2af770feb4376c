# syntax=docker/dockerfile:1
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /venv
COPY requirements.lock .
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY signals signals
COPY config config
RUN /venv/bin/pip install --no-cache-dir --no-deps .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --create-home --home-dir /data etfbot
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    NUMBA_CACHE_DIR=/var/cache/etfbot \
    ETFBOT_DATABASE=sqlite:////data/etfbot.db \
    ETFBOT_WEB__HOST=0.0.0.0
RUN install -d -o etfbot /var/cache/etfbot
USER etfbot
# Compiled kernels are kept for the processor that this runs on; another one compiles its own beside its work.
RUN python -c "import sys; from signals.core.kernels import warm; sys.exit(warm())"
WORKDIR /data
VOLUME /data
EXPOSE 8787
# A page that listens beyond this machine wants a password: set ETFBOT_WEB__PASSWORD.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8787/healthz', timeout=4)"]
ENTRYPOINT ["etfbot"]
CMD ["run"]
