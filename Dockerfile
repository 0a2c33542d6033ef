# The UI with its daemon, without root. `deploy/try_image.py` runs these steps in a clean folder.
FROM python:3.12-slim
WORKDIR /app
COPY requirements.lock pyproject.toml README.md LICENSE CHANGELOG.md ./
RUN python -m pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY g60_pipeline ./g60_pipeline
RUN python -m pip install --no-cache-dir --no-deps --no-build-isolation .
# `--build-arg EXTRAS=[deploy]` adds what deploy/compose.yaml needs.
ARG EXTRAS=
RUN if [ -n "$EXTRAS" ]; then python -m pip install --no-cache-dir ".$EXTRAS"; fi
RUN install -d -o 10001 -g 10001 /data
USER 10001:10001
ENV G60_HOME=/data HOME=/data PYTHONUNBUFFERED=1
WORKDIR /data
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:3000/server_info', timeout=4)"]
# Ctrl-C is how `g60 ui` ends in order: what runs is broken off and its locks are given back.
STOPSIGNAL SIGINT
CMD ["g60", "ui", "--host", "0.0.0.0", "--port", "3000"]
