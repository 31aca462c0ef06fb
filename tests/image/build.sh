#!/usr/bin/env bash
# Builds the Dockerfile as it is, without Docker, on Debian as root: tests/image/build.sh FOLDER
# The base it names is Debian's Python here. FOLDER keeps buildah's images, so that steps done before are
# not done again; 30 GB, for torch is PyPI's with CUDA unless TORCH names another, as in the Dockerfile.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(realpath -m "$1")
base=$(sed -n 's/^FROM \([^ ]*\).*/\1/p' Dockerfile | sort -u)
buildah=(buildah --root "$folder/storage" --runroot "$folder/run")

mkdir -p "$folder"
if ! "${buildah[@]}" inspect --type image "$base" >/dev/null 2>&1; then
    rm -rf "$folder/base"
    debootstrap --variant=minbase --include=ca-certificates,python3-pip,python3-venv,python-is-python3 \
        bookworm "$folder/base"
    rm -rf "$folder"/base/usr/lib/python3*/EXTERNALLY-MANAGED "$folder"/base/var/{cache/apt,lib/apt/lists}/*
    # Whom this machine trusts when it fetches packages.
    cp /etc/ssl/certs/ca-certificates.crt "$folder/base/etc/ssl/certs/"
    container=$("${buildah[@]}" from scratch)
    "${buildah[@]}" copy --quiet "$container" "$folder/base" /
    "${buildah[@]}" config --env SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
        --env DENO_TLS_CA_STORE=system "$container"
    "${buildah[@]}" commit --quiet --rm "$container" "$base"
    rm -rf "$folder/base"
fi
# Docker's format, for the other has no health check.
"${buildah[@]}" bud --isolation chroot --format docker --layers --pull-never \
    --build-arg TORCH="${TORCH-}" --tag mlp-explorer .
