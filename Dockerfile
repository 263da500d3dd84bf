# One image for every process; `compose.yaml` says which command each of them runs.
FROM python:3.11-slim-bookworm AS build
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/stoa
COPY requirements.txt ./
RUN python -m venv /opt/venv && /opt/venv/bin/python -m pip install --require-hashes -r requirements.txt
COPY . ./
RUN /opt/venv/bin/python -m rooms.sfu.build
RUN SECRET_KEY=only-for-the-build-nothing-is-signed-or-stored-with-it /opt/venv/bin/python manage.py assets

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --home-dir /data stoa \
 && install --directory --owner stoa --group stoa --mode 0700 /data /data/evidence
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STOA_DATA=/data STOA_HTTP_HOST=0.0.0.0
WORKDIR /srv/stoa
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/stoa /srv/stoa
USER stoa
VOLUME /data
EXPOSE 8000/tcp 7881/tcp 7882/udp
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["python", "-m", "config.probe"]
CMD ["python", "manage.py", "serve"]
