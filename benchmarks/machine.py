"""What a benchmark ran on."""

import os
import platform
from pathlib import Path

import threadpoolctl
import torch

import mlpcore.engines  # noqa: F401  # loads the BLAS


def describe() -> str:
    """Processor, cores, system, versions, kernels of the BLAS, and load, in a line.

    OpenBLAS chooses its kernels by the processor, or as ``OPENBLAS_CORETYPE`` says.
    """
    blas = {library.get("architecture") for library in threadpoolctl.threadpool_info()}
    return (
        f"{_processor()}, {os.cpu_count()} cores; {platform.system()}, "
        f"Python {platform.python_version()}, torch {torch.__version__}, "
        f"OpenBLAS for {', '.join(sorted(blas - {None}))}; "
        f"load {os.getloadavg()[0]:.1f}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
