# The bot alone: no sandbox, no tests. Everything it keeps is in /app/data.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1

WORKDIR /app
RUN useradd --system --uid 10001 --no-create-home easel \
    && install --directory --owner=easel data

COPY requirements.lock ./
RUN pip install --quiet --root-user-action=ignore --require-hashes -r requirements.lock
COPY bot ./bot
COPY cogs ./cogs

USER easel
VOLUME /app/data
# As a list, so that the bot itself gets SIGTERM and stops cleanly.
CMD ["python", "-m", "bot"]
