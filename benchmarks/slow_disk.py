"""A disk whose every sync takes a millisecond, and which counts them.

A small library that is loaded before the program replaces ``fsync`` and ``fdatasync``. It needs
Linux and a C compiler.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
static long *count;
__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("SLOW_DISK_COUNT");
  int file = path ? open(path, O_RDWR) : -1;
  if (file >= 0) {
    void *at = mmap(0, sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    count = at == MAP_FAILED ? 0 : at;
    close(file);
  }
}
static int slowly(const char *name, int file) {
  struct timespec pause = {0, 1000000};
  int (*real)(int) = dlsym(RTLD_NEXT, name);
  if (count) __sync_fetch_and_add(count, 1);
  nanosleep(&pause, 0);
  return real(file);
}
int fsync(int file) { return slowly("fsync", file); }
int fdatasync(int file) { return slowly("fdatasync", file); }
"""


class SlowDisk:
    """The library, built in a folder of its own."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        self._count = folder / "count"
        self._count.write_bytes(bytes(8))
        (folder / "slow.c").write_text(_SOURCE)
        self._library = folder / "slow.so"
        command = ["cc", "-shared", "-fPIC", "-O1", "-o", self._library, folder / "slow.c", "-ldl"]  # fmt: skip
        subprocess.run(command, check=True)

    @staticmethod
    def available() -> bool:
        """Whether there is a compiler for it."""
        return os.uname().sysname == "Linux" and shutil.which("cc") is not None

    def environment(self) -> dict[str, str]:
        """The environment of a process that is to use the slow disk."""
        return {
            **os.environ,
            "LD_PRELOAD": str(self._library),
            "SLOW_DISK_COUNT": str(self._count),
        }

    def syncs(self) -> int:
        """How many syncs there were so far."""
        return int.from_bytes(self._count.read_bytes(), "little")
