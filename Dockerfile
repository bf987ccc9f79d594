# Two images from one file: `--target train` for the offline jobs, the default for serving.
# The serving image has no compiler, no pip cache and none of training's packages.

FROM python:3.12-slim AS build
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
# Dependencies first: the layer is rebuilt only when they change.
COPY pyproject.toml constraints.txt README.md LICENSE shopkeeper.py ./
RUN mkdir -p config models service training && touch config/__init__.py models/__init__.py \
    service/__init__.py training/__init__.py && pip install -c constraints.txt .
COPY config config
COPY models models
COPY service service
COPY training training
RUN pip install -c constraints.txt --no-deps --force-reinstall .

FROM build AS build-train
RUN pip install -c constraints.txt '.[train,postgres]'

FROM python:3.12-slim AS runtime
# OpenMP, which LightGBM loads to rank carts and implicit to fit, comes with Debian's libgomp1.
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 shopkeeper && mkdir -p /var/lib/shopkeeper && chown shopkeeper /var/lib/shopkeeper
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 \
    SHOPKEEPER_ARTIFACTS__DIR=/var/lib/shopkeeper/artifacts \
    SHOPKEEPER_SERVICE__SIGNING_KEY_FILE=/var/lib/shopkeeper/signing.key \
    SHOPKEEPER_IDENTITY__KEY_FILE=/var/lib/shopkeeper/identity.key
WORKDIR /var/lib/shopkeeper
VOLUME /var/lib/shopkeeper
USER shopkeeper
ENTRYPOINT ["shopkeeper"]

FROM runtime AS train
COPY --from=build-train /opt/venv /opt/venv
CMD ["train", "--config", "/etc/shopkeeper/shop.toml"]

FROM runtime AS serve
COPY --from=build /opt/venv /opt/venv
EXPOSE 8000
# Ready means: a model is loaded. A container that only waits for its first model is not healthy yet.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/ready', timeout=2)"]
CMD ["serve", "--bind", "0.0.0.0:8000"]
