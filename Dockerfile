# The app in one container:  docker build -t mlp-explorer . && docker run -p 8501:8501 mlp-explorer
#
# torch is the CPU-only build. For NVIDIA GPUs choose a build with CUDA, and hand the GPUs on:
#   docker build --build-arg TORCH=cu130 -t mlp-explorer . && docker run --gpus all …
# TORCH is any name that uv knows as a --torch-backend. An empty one takes torch from where
# everything else comes from, for networks that reach only that. EXTRAS=cluster adds Ray.

FROM python:3.11-slim AS environment
ARG TORCH=cpu
ARG EXTRAS=
WORKDIR /srv
COPY constraints.txt pyproject.toml package.json deno.lock ./
# Nobody here runs packages' tests, compiles against torch, or extends Jupyter.
RUN pip install --no-cache-dir --constraint constraints.txt uv \
    && uv venv /opt/venv \
    && uv pip install --python /opt/venv --no-cache --compile-bytecode \
        --constraint constraints.txt ${TORCH:+--torch-backend "$TORCH"} \
        --requirements pyproject.toml --extra app ${EXTRAS:+--extra "$EXTRAS"} \
    && find /opt/venv \( -type d -name tests -o -name '*.a' -o -path '*/torch/include' \
        -o -path '*/share/jupyter' \) -prune -exec rm -r {} +
# Plotly's smaller bundles, from npm. Without them all of Plotly is served.
RUN pip install --no-cache-dir --constraint constraints.txt deno \
    && (deno install --frozen || mkdir -p node_modules)

FROM python:3.11-slim
RUN useradd --create-home explorer \
    && install --directory --owner explorer /var/cache/mlp-explorer
COPY --from=environment /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/srv \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=262144 \
    MALLOC_TRIM_THRESHOLD_=262144 \
    MLP_EXPLORER_CACHE=/var/cache/mlp-explorer \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501 \
    STREAMLIT_SERVER_ALLOWED_HOSTS=*
WORKDIR /srv
COPY --from=environment /srv/node_modules node_modules
COPY . .
USER explorer
# Other processors than this one compile again, in the background of their first start.
RUN ["python", "-m", "mlpcore", "compile"]
VOLUME /var/cache/mlp-explorer
EXPOSE 8501
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "-m", "app.server.health"]
CMD ["streamlit", "run", "app/main.py"]
