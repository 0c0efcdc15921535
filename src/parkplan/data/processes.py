"""Whether a process of this machine still lives."""

from __future__ import annotations

import os
import sys

if sys.platform == "win32":
    import ctypes

    _QUERY = 0x1000
    _STILL_ACTIVE = 259

    def is_alive(process: int) -> bool:
        """Whether a process lives; on Windows a signal would end it, so the system is asked."""
        handle = ctypes.windll.kernel32.OpenProcess(_QUERY, False, process)
        if not handle:
            return False
        try:
            code = ctypes.c_ulong()
            ctypes.windll.kernel32.GetExitCodeProcess(handle, ctypes.byref(code))
            return code.value == _STILL_ACTIVE
        finally:
            ctypes.windll.kernel32.CloseHandle(handle)

else:

    def is_alive(process: int) -> bool:
        """Whether a process lives.

        >>> import os
        >>> is_alive(os.getpid())
        True
        """
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        except OSError:
            return True  # it is another user's
        return True
