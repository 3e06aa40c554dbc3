# syntax=docker/dockerfile:1
# One image: the app, and Rasa in its own environment, which the app runs as a supervised child.

FROM debian:trixie-slim AS build

ARG UV_VERSION=0.13.9
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libstdc++6 python3 python3-venv \
    && rm -rf /var/lib/apt/lists/* \
    && python3 -m venv /opt/uv \
    && /opt/uv/bin/pip install --no-cache-dir "uv==${UV_VERSION}"
# Both Pythons lie where the final image has them, because environments point to their interpreter.
ENV PATH="/opt/uv/bin:$PATH" \
    UV_PYTHON_INSTALL_DIR=/opt/python \
    UV_PYTHON_PREFERENCE=only-managed \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1

WORKDIR /app
RUN uv python install 3.11 3.10

# Environments first, from the hashed lock files: they change less often than the code.
COPY nlu/server/requirements.txt nlu/server/requirements.txt
RUN uv venv --python 3.10 nlu/server/.venv \
    && uv pip sync --compile-bytecode --python nlu/server/.venv/bin/python --require-hashes nlu/server/requirements.txt
# docker build --build-arg ENCODERS=yes: also what sentence encoders need, see docs/encoders.md.
ARG ENCODERS=no
COPY nlu/server/requirements.dense.txt nlu/server/requirements.dense.txt
RUN if [ "$ENCODERS" = yes ]; then \
        uv pip install --compile-bytecode --python nlu/server/.venv/bin/python --require-hashes \
            --requirements nlu/server/requirements.dense.txt; \
    fi
COPY requirements/app.txt requirements/app.txt
RUN uv venv --python 3.11 .venv \
    && uv pip sync --compile-bytecode --python .venv/bin/python --require-hashes requirements/app.txt

COPY pyproject.toml README.md LICENSE config.yml shop.yml ./
COPY web/ web/
COPY nlu/ nlu/
COPY handoff/ handoff/
COPY bot/ bot/
# Installing the package builds the web code.
RUN uv pip install --python .venv/bin/python --no-deps --no-build-isolation --editable . \
    && rm -rf web/node_modules

# The model is made from what was just copied, so every container starts with the same one, at once.
RUN BATON_DATA=/app/built .venv/bin/baton train \
    && rm -rf /app/built/rasa \
    && chmod --recursive a+rX /app/built


FROM debian:trixie-slim

# pg_dump and psql have to be as new as the server: 17 here and in compose.yml.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates postgresql-client-17 tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /tmp baton \
    && install --directory --owner=baton --group=baton --mode=0700 /data

COPY --from=build /opt/python /opt/python
COPY --from=build /app /app
COPY docker/entrypoint.sh /usr/local/bin/baton-entrypoint

# Only /data and /tmp are written to, so that the root file system may be read-only.
ENV PATH="/app/.venv/bin:$PATH" \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    BATON_DATA=/data \
    BATON_HOST=0.0.0.0 \
    BATON_PORT=8080 \
    BATON_LOG=json

WORKDIR /app
USER 10001:10001
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM

HEALTHCHECK --interval=15s --timeout=5s --start-period=120s --retries=4 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]

ENTRYPOINT ["tini", "--", "baton-entrypoint"]
CMD ["run"]
