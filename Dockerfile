# syntax=docker/dockerfile:1
# imagebot in a container: see docs/operating.md for volume, tokens and proxy.
ARG PYTHON=3.13

# The libraries by their hashes, then the wheel of this checkout, in one folder that moves as a whole.
FROM python:${PYTHON}-slim AS libraries
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /source
COPY requirements.txt requirements-setup.txt ./
RUN python -m venv /opt/imagebot \
    && /opt/imagebot/bin/python -m pip install --require-hashes -r requirements.txt \
    && python -m pip install --require-hashes -r requirements-setup.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY adapters adapters
RUN python -m pip wheel --no-deps --no-build-isolation --wheel-dir /tmp/wheels . \
    && /opt/imagebot/bin/python -m pip install --no-deps /tmp/wheels/imagebot-*.whl

# The upscaler's weights; without network this leaves an empty folder, and the bot upscales in a plainer way.
FROM libraries AS weights
RUN mkdir -p /data && (/opt/imagebot/bin/python -m bot.providers.local.weights --data-dir /data || true)

FROM python:${PYTHON}-slim
RUN useradd --system --uid 10001 --user-group --home-dir /data --no-create-home imagebot
COPY --from=libraries /opt/imagebot /opt/imagebot
COPY --from=weights --chown=imagebot:imagebot /data /data
ENV PATH=/opt/imagebot/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    IMAGEBOT__STORE__DATA_DIR=/data \
    IMAGEBOT__WEB__HOST=0.0.0.0
USER imagebot
WORKDIR /data
VOLUME /data
EXPOSE 5000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ.get('IMAGEBOT__WEB__PORT', '5000') + '/health', timeout=4)"]
STOPSIGNAL SIGTERM
# A part of the work, on PostgreSQL: "run --doors discord,web", "run --worker". Without the web door the health check has
# nobody to ask: switch it off there (--no-healthcheck).
ENTRYPOINT ["imagebot"]
CMD ["run"]
