"""What the machine offers: free ports, a started app, a package manager for the programs that tests use."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

from tooling.ground import TaskError, run, say


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def free_port(first: int) -> int:
    """Return the first free port of the loopback from a number on."""
    for port in range(first, first + 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise TaskError(f"端口 {first} 起的一百个端口都被占用 / a hundred ports from {first} on are all in use")


def wait_for(address: str, process: subprocess.Popen[bytes]) -> bool:
    """Wait until the app answers; say whether it did before it ended."""
    while process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):
                return True
        except OSError:
            time.sleep(0.1)
    return False


APT_GET = ("apt-get", "-q", "-y", "-o", "Acquire::Retries=1")
APT_QUIETLY = {"DEBIAN_FRONTEND": "noninteractive"}


@functools.cache
def apt_update() -> None:
    """Fetch the lists of packages, once."""
    run(*APT_GET, "update", quiet=True, **APT_QUIETLY)


def apt_install(chinese: str, english: str, *packages: str) -> None:
    """Install Debian packages where this is Debian and we are root; a failure is told and does not stop the tests."""
    if not (Path("/etc/debian_version").exists() and os.geteuid() == 0 and shutil.which("apt-get")):
        return
    say(f"安装测试所需的{chinese}", f"installing {english} for the tests")
    apt_update()
    if run(*APT_GET, "install", "--no-install-recommends", *packages, quiet=True, **APT_QUIETLY):
        say(f"{chinese}未能安装，相关测试将跳过", f"{english} could not be installed; its tests will be skipped")


def install_test_programs() -> None:
    """Get what the tests need and this machine lacks.

    Chromium, a Chinese font, PostGIS, LibreOffice, a reader of PDF, QGIS.
    """
    if not any(map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome", "microsoft-edge"))):
        apt_install("浏览器 Chromium", "the browser Chromium", "chromium-headless-shell", "fonts-noto-cjk")
    if not list(Path("/usr/share/postgresql").glob("*/extension/postgis.control")):
        apt_install("数据库 PostGIS", "the database PostGIS", "postgresql", "postgresql-postgis")
    if shutil.which("soffice") is None:
        apt_install("LibreOffice", "LibreOffice", "libreoffice-calc-nogui", "libreoffice-writer-nogui")
    if shutil.which("pdftotext") is None:
        apt_install("PDF 阅读程序", "a reader of PDF", "poppler-utils")
    if not Path("/usr/lib/python3/dist-packages/qgis").exists():
        apt_install("QGIS", "QGIS", "python3-qgis")
