"""Is the app on this machine up?  ``python -m app.server.health`` exits with 0 if so, else 1."""

import os
import sys
import urllib.request


def main() -> int:
    """Ask the server that the same environment starts."""
    port = os.environ.get("STREAMLIT_SERVER_PORT", "8501")
    base = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
    address = f"http://127.0.0.1:{port}/{base}{'/' if base else ''}_stcore/health"
    try:
        urllib.request.urlopen(address, timeout=4).close()
    except OSError as error:
        print(f"{address}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
