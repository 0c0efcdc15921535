#!/usr/bin/env python3
"""Set-up, start, tests and packing of parkplan: the same commands on Linux, macOS and Windows.

``python3 tasks.py run`` and ``python3 tasks.py test`` work in a fresh copy with nothing but Python 3.11 or newer and a
package index; ``python3 tasks.py pack`` makes a zip from which ``run`` works without any index.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tooling.assets import build_assets
from tooling.environment import install, program, python
from tooling.ground import ROOT, TaskError, run, say, this_platform
from tooling.machine import cores, free_port, install_test_programs, wait_for
from tooling.pack import PLATFORMS, make_pack

NO_TESTS = 5  # exit code of pytest
MOST_PROCESSES = 4  # of tests; each may have a server and a browser beside it
DEMO = ROOT / "geodata/demo/district.parkplan"


def task_setup(arguments: list[str]) -> int:
    """Install packages and build web assets."""
    install(development="--dev" in arguments)
    build_assets()
    return 0


def task_run(arguments: list[str]) -> int:
    """Set up and start the app, on a workspace of your own if named."""
    options = argparse.ArgumentParser(prog="tasks.py run")
    options.add_argument("workspace", nargs="?", default=str(DEMO), help="a folder or a postgresql:// address")
    options.add_argument("--port", type=int, default=0)
    chosen, others = options.parse_known_args(arguments)
    task_setup([])
    if chosen.workspace == str(DEMO) and not DEMO.exists():
        say("生成虚构的示范区", "making the fictional demo district")
        DEMO.parent.mkdir(parents=True, exist_ok=True)
        if run(python(), "-m", "parkplan", "demo", "--out", DEMO, "--quiet"):
            raise TaskError("示范区未能生成，原因见上 / the demo district was not made; the reason stands above")
    port = chosen.port or free_port(8501)
    address = chosen.workspace if "://" in chosen.workspace else Path(chosen.workspace).resolve()
    command = [python(), "-m", "parkplan", "serve", address, "--port", port, *others]
    process = subprocess.Popen([str(part) for part in command], cwd=ROOT, env={**os.environ, "PYTHONUTF8": "1"})
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends us ends the app
    try:
        if wait_for(f"http://127.0.0.1:{port}", process):
            say(
                f"应用已就绪，请用浏览器打开 http://127.0.0.1:{port} ，按 Ctrl+C 结束",
                f"ready: open http://127.0.0.1:{port} in a browser; Ctrl+C ends it",
            )
        return process.wait()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        return 0


def run_tests(*arguments: str) -> int:
    """Run pytest in one process more than there are cores, at most four; ``-n 0`` among the arguments means one.

    Tests in a browser wait for it more than they work, which leaves room for one more. The programs that tests use come
    from Debian while the packages come from the index.
    """
    with ThreadPoolExecutor(1) as beside:
        programs = beside.submit(install_test_programs)
        task_setup(["--dev"])
        programs.result()
    processes = min(cores() + 1, MOST_PROCESSES)
    say(f"运行测试，{processes} 个进程", f"running the tests in {processes} processes")
    return run(python(), "-m", "pytest", "-n", processes, "--dist", "worksteal", *arguments)


def task_test(arguments: list[str]) -> int:
    """Set up and run the whole suite."""
    return run_tests(*arguments)


def task_check(arguments: list[str]) -> int:
    """Check the code: ruff, mypy, import contracts."""
    del arguments
    task_setup(["--dev"])
    modules = (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"])
    codes = [run(python(), "-m", *command) for command in modules]
    return max(*codes, run(program("lint-imports")))


def task_bench(arguments: list[str]) -> int:
    """Run the benchmarks."""
    task_setup(["--dev"])
    found = sorted((ROOT / "bench").glob("bench_*.py"))
    return max((run(python(), path, *arguments) for path in found), default=0)


def marked(mark: str, arguments: list[str]) -> int:
    """Run the long form of the tests with a mark."""
    task_setup(["--dev"])
    code = run(python(), "-m", "pytest", "-m", mark, "--long", *arguments)
    if code == NO_TESTS:
        say("还没有这类测试", "there are no such tests yet")
    return code


def task_fuzz(arguments: list[str]) -> int:
    """Hostile and mutated inputs, full counts."""
    return marked("fuzz", arguments)


def task_kill(arguments: list[str]) -> int:
    """Processes killed while they write, full counts."""
    return marked("kill", arguments)


def task_soak(arguments: list[str]) -> int:
    """Many users at once, full counts."""
    return marked("soak", arguments)


def task_e2e(arguments: list[str]) -> int:
    """Browser tests."""
    return run_tests("tests/e2e", *arguments)


def task_assets(arguments: list[str]) -> int:
    """Build the web assets and the fonts."""
    return task_setup(arguments)


def task_pack(arguments: list[str]) -> int:
    """Make a zip that installs without any index, for this system or another."""
    options = argparse.ArgumentParser(prog="tasks.py pack")
    options.add_argument("--platform", choices=PLATFORMS, default=this_platform())
    options.add_argument("--python", default=".".join(platform.python_version_tuple()[:2]), help="3.11, 3.12, ...")
    chosen = options.parse_args(arguments)
    task_setup([])
    place = make_pack(chosen.platform, chosen.python)
    megabytes = place.stat().st_size / 1e6
    say(
        f"离线包 dist/{place.name}（{megabytes:.0f} MB）；解压后运行 python3 tasks.py run",
        f"offline pack dist/{place.name} ({megabytes:.0f} MB); unzip it and run python3 tasks.py run",
    )
    return 0


TASKS = {
    "run": (task_run, "准备并启动应用，可指定工作区", "set up and start the app, on a workspace of your own if named"),
    "test": (task_test, "准备并运行全部测试", "set up and run the whole suite"),
    "setup": (task_setup, "安装软件包并生成网页资源", "install packages and build the web assets"),
    "assets": (task_assets, "生成网页资源与字体", "build the web assets and the fonts"),
    "check": (task_check, "检查代码：ruff、mypy、依赖方向", "check the code: ruff, mypy, import contracts"),
    "e2e": (task_e2e, "浏览器测试", "the browser tests"),
    "bench": (task_bench, "基准测试", "the benchmarks"),
    "fuzz": (task_fuzz, "异常文件与变异输入，完整次数", "hostile and mutated inputs, full counts"),
    "kill": (task_kill, "写入中断试验，完整次数", "processes killed while they write, full counts"),
    "soak": (task_soak, "多人同时使用，完整次数", "many users at once, full counts"),
    "pack": (task_pack, "制作离线安装包", "make a zip that installs without any index"),
}


def main(arguments: list[str]) -> int:
    """Run the task named first, or list all tasks."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    if not arguments or arguments[0] not in TASKS:
        print("python3 tasks.py TASK\n")
        for name, (_, chinese, english) in TASKS.items():
            print(f"  {name:8}{chinese} / {english}")
        return 0 if not arguments or arguments[0] in ("-h", "--help") else 2
    try:
        return TASKS[arguments[0]][0](arguments[1:])
    except TaskError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
