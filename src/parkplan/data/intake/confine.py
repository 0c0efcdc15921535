"""The first code of the worker: give up rights, then run the reader.

This file runs as a script with the standard library alone, before any package is imported and before any thread
starts, because a name space can only be left by a process of one thread. Every measure is taken where the system has
it; which ones were taken stands in the report:

* memory, CPU, file size and open files by `resource` (POSIX);
* network: an empty network name space, and Landlock's rule that no TCP connection may be made (Linux);
* files: Landlock allows reading the Python installation, and writing in the worker's own folder, nothing else (Linux).
"""

from __future__ import annotations

import ctypes
import json
import os
import runpy
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
PR_SET_NO_NEW_PRIVS = 38
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
LANDLOCK_QUERY_VERSION = 1
RULE_PATH_BENEATH = 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
NETWORK_RULES_SINCE, SCOPES_SINCE = 4, 6


def limit_resources(limits: dict[str, float]) -> bool:
    """Set the process limits; False where the system has none (Windows)."""
    try:
        import resource
    except ImportError:
        return False
    wanted = {
        "RLIMIT_AS": int(limits["memory_bytes"]),
        "RLIMIT_DATA": int(limits["memory_bytes"]),
        "RLIMIT_CPU": int(limits["wall_s"] * 2) + 5,
        "RLIMIT_FSIZE": int(limits["output_bytes"]),
        "RLIMIT_NOFILE": int(limits["open_files"]),
        "RLIMIT_CORE": 0,
    }
    for name, value in wanted.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        _, hard = resource.getrlimit(kind)
        bounded = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(kind, (bounded, bounded))
        except (OSError, ValueError):  # macOS knows RLIMIT_AS and refuses to set it
            continue
    return True


def leave_network() -> bool:
    """Move into an empty network name space; False where the kernel does not allow it."""
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return any(libc.unshare(flags) == 0 for flags in (CLONE_NEWNET, CLONE_NEWUSER | CLONE_NEWNET))


class _RulesetAttributes(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def _handled_file_rights(abi: int) -> int:
    bits = 13 + (abi >= 2) + (abi >= 3)
    return (1 << bits) - 1 | ((1 << 15) if abi >= 5 else 0)


def confine_files(writable: Path, readable: list[Path]) -> bool:
    """Allow reading under ``readable`` and everything under ``writable``; False without Landlock."""
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    abi = libc.syscall(LANDLOCK_CREATE_RULESET, None, 0, LANDLOCK_QUERY_VERSION)
    if abi < 1:
        return False
    handled = _handled_file_rights(abi)
    attributes = _RulesetAttributes(handled, 0b11 if abi >= NETWORK_RULES_SINCE else 0, 0)
    attributes.scopes = 0b11 if abi >= SCOPES_SINCE else 0
    size = 8 if abi < NETWORK_RULES_SINCE else 16 if abi < SCOPES_SINCE else 24
    ruleset = libc.syscall(LANDLOCK_CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return False
    _allow(libc, ruleset, writable, handled)
    for path in readable:
        _allow(libc, ruleset, path, (EXECUTE | READ_FILE | READ_DIR) & handled)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    done: bool = libc.syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0) == 0
    os.close(ruleset)
    return done


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    if not path.exists():
        return
    folder = os.open(path, getattr(os, "O_PATH", 0))
    try:
        file_rights = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
        rule = _PathRule(rights if path.is_dir() else rights & file_rights, folder)
        libc.syscall(LANDLOCK_ADD_RULE, ruleset, RULE_PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(folder)


def installation() -> list[Path]:
    """Where Python and its libraries lie: what the reader needs besides its own folder."""
    system = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/zoneinfo", "/etc/ld.so.cache")
    facts = ("/etc/localtime", "/dev/null", "/dev/urandom", "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu")
    python = (*sys.path, f"{sys.base_prefix}/lib", f"{sys.prefix}/lib", str(Path(sys.executable).resolve()))
    return [Path(entry) for entry in (*system, *facts, *python) if entry]


class Unwanted:
    """Keeps away packages that pyogrio and Arrow load where they find them, and that nothing here needs.

    pyproj is needed by some readers; pyogrio only looks whether it is there, which takes as long as loading it.
    """

    names = frozenset({"pandas", "geopandas", "cloudpickle"})
    _looker = "pyogrio._compat"

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Refuse the unwanted packages; leave all others to the next finder."""
        looker = getattr(sys.modules.get(self._looker), "__spec__", None)
        if name in self.names or (name == "pyproj" and getattr(looker, "_initializing", False)):
            raise ModuleNotFoundError(name)


def main() -> None:
    """Confine this process as its request says, then read the file."""
    folder = Path(sys.argv[1])
    request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    sys.path[:] = request["python_path"]
    taken = {
        "limits": limit_resources(request["limits"]),
        "network": leave_network(),
        "files": confine_files(folder, installation()),
    }
    os.environ["PARKPLAN_CONFINEMENT"] = ",".join(sorted(name for name, done in taken.items() if done))
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "1"  # else it looks through all installed packages for some
    sys.meta_path.insert(0, Unwanted())
    runpy.run_module("parkplan.data.intake.worker", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
