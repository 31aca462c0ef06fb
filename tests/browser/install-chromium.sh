#!/bin/sh
# Install a Chromium for the browser tests unless there is one. Argument: the Python to use.
set -eu

for name in ${CHROMIUM:+"$CHROMIUM"} chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then exit 0; fi
done
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update && apt-get install -y --no-install-recommends chromium && exit 0
fi
"$1" -m playwright install chromium && exit 0
echo "No Chromium for the browser tests: install one, or set CHROMIUM to its path." >&2
exit 1
