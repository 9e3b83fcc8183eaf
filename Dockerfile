# The bot alone: no sandbox, no tests, no compiler. All that it keeps is in /app/data.
FROM python:3.11-slim-bookworm AS packages

WORKDIR /app
COPY requirements.lock ./
# Wheels only: nothing is built, and the lock's hashes say what is installed.
RUN python -m venv --without-pip /venv \
    && pip --python /venv/bin/python install --quiet --root-user-action=ignore --disable-pip-version-check \
        --no-cache-dir --only-binary=:all: --require-hashes -r requirements.lock
COPY bot ./bot
COPY cogs ./cogs
# The bot's own folder is read-only for it, so it could not keep these.
RUN /venv/bin/python -m compileall -q bot cogs


FROM python:3.11-slim-bookworm

# A number that hosts rarely use, so that the owner of the data is nobody else there.
RUN groupadd --gid 10001 easel \
    && useradd --uid 10001 --gid easel --no-create-home --home-dir /app --shell /usr/sbin/nologin easel \
    && install --directory --owner=easel --group=easel --mode=0700 /app/data

WORKDIR /app
COPY --from=packages /venv /venv
COPY --from=packages /app/bot ./bot
COPY --from=packages /app/cogs ./cogs

ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1

USER 10001:10001
VOLUME /app/data
STOPSIGNAL SIGTERM
# The bot keeps this file fresh while its loop turns and Discord and Oxen's stream are connected (bot/health.py).
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=2 \
    CMD ["sh", "-c", "test -n \"$(find data/health -mmin -1)\""]
# As a list, so that the bot itself gets the signal; a verb may follow: docker compose run --rm bot check
ENTRYPOINT ["python", "-m", "bot"]
