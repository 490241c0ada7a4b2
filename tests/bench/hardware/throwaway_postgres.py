# SPDX-License-Identifier: GPL-3.0-or-later
"""A PostgreSQL 15 that lives for one measurement: its own folder, a loopback port, gone afterwards."""

import glob
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

# No parallel plans, no JIT: the emulated node runs a statement on one core. No autovacuum and no
# checkpoints in the middle of a measurement. The flush is a wait of its own in the cost model.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "1GB",
    "work_mem": "64MB",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "checkpoint_timeout": "1h",
    "max_wal_size": "4GB",
    "max_connections": "100",
}


def _bin_folder():
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not folders:
        raise SystemExit("PostgreSQL is not installed (no /usr/lib/postgresql/*/bin)")
    return pathlib.Path(folders[-1])


def _free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class ThrowawayPostgres:
    """`with ThrowawayPostgres() as pg:` starts one; leaving stops it and removes its folder."""

    def __enter__(self):
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="tenfold-pg-"))
        self._data = self._folder / "data"
        self._bin = _bin_folder()
        self.port = _free_port()
        # PostgreSQL refuses to run as root.
        self._as_owner = []
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
            self._as_owner = ["runuser", "-u", "postgres", "--"]
        try:
            # The C locale compares bytes, as SQLite does: the same rows in the same order.
            self._own("initdb", "-D", self._data, "-A", "trust", "-U", "shop", "-E", "UTF8",
                      "--locale=C")
            options = " ".join(f"-c {key}={value or chr(39) * 2}" for key, value in SETTINGS.items())
            self._own("pg_ctl", "-D", self._data, "-w", "-l", self._folder / "log",
                      "-o", f"-p {self.port} {options}", "start")
            self.psql("CREATE DATABASE shop", database="postgres")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        subprocess.run(self._as_owner + [str(self._bin / "pg_ctl"), "-D", str(self._data), "-m",
                                         "immediate", "stop"],
                       cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _own(self, program, *arguments):
        done = subprocess.run(self._as_owner + [str(self._bin / program), *map(str, arguments)],
                              cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{program}: {done.stderr.strip()}")

    def psql(self, text, database="shop"):
        """Runs a psql script; its standard output, or an exit with psql's message."""
        done = subprocess.run(
            ["psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "shop", "-d", database, "-X",
             "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"],
            input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise SystemExit(f"psql: {done.stderr.strip()}")
        return done.stdout

    def conninfo(self):
        return f"host=127.0.0.1 port={self.port} user=shop dbname=shop"

    def version(self):
        return self.psql("SHOW server_version").strip()

    def load(self, shop):
        """Loads what sqlite_steps wrote: the very rows SQLite has."""
        lines = []
        for table in shop["tables"]:
            lines.append(f"DROP TABLE IF EXISTS {table['name']};")
        for create in shop["schema"]:
            lines.append(create.replace("id INTEGER PRIMARY KEY", "id BIGINT PRIMARY KEY") + ";")
        for table in shop["tables"]:
            lines.append(f"\\copy {table['name']} FROM '{table['file']}'")
        lines.append("VACUUM (ANALYZE, FREEZE);")
        self.psql("\n".join(lines))

    def set_indexes(self, shop, on):
        self.psql(";\n".join(shop["create_indexes" if on else "drop_indexes"]) + ";\nVACUUM ANALYZE;")

    def wait_until_backends_ended(self, patience_s=10):
        """Until no client but the one that asks is connected; a backend outlives its client a little."""
        deadline = time.monotonic() + patience_s
        asked = ("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' "
                 "AND pid <> pg_backend_pid()")
        while self.psql(asked).strip() != "0":
            if time.monotonic() > deadline:
                raise SystemExit("PostgreSQL still has clients")
            time.sleep(0.05)

    def server_cpu_seconds(self):
        """CPU time of every backend that has ended, from the postmaster's account of its children."""
        pid = int((self._data / "postmaster.pid").read_text().splitlines()[0])
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def literal(value):
    if isinstance(value, int):
        return str(value)
    return "'" + value.replace("'", "''") + "'"


def with_literals(sql, parameters):
    """Replaces $1, $2, … by the values; from the last, so that $1 does not hit $10."""
    for i in range(len(parameters), 0, -1):
        sql = sql.replace(f"${i}", literal(parameters[i - 1]))
    return sql


def run_steps(program, scale, folder):
    """Runs sqlite_steps and returns what it prints."""
    done = subprocess.run([str(program), str(scale), str(folder)], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"sqlite_steps failed at scale {scale}")
    return json.loads(done.stdout)


def build(build_folder, *targets):
    """Builds helper programs; where they are."""
    command = ["cmake", "--build", str(build_folder)]
    for target in targets:
        command += ["--target", target]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stdout)
    return pathlib.Path(build_folder) / "bin"


def machine():
    text = pathlib.Path("/proc/cpuinfo").read_text()
    model = next((line.split(":", 1)[1].strip() for line in text.splitlines()
                  if line.startswith("model name")), "unknown")
    return f"{model}, {os.cpu_count()} cores"


def cpu_times():
    """(busy, idle, stolen) seconds of the whole machine since it started."""
    f = [int(x) for x in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    tick = os.sysconf("SC_CLK_TCK")
    return ((f[0] + f[1] + f[2] + f[5] + f[6]) / tick, (f[3] + f[4]) / tick, f[7] / tick)


def wait_for_quiet(limit, patience_s):
    """Waits until others use less than `limit` cores for two seconds; the load it last saw."""
    deadline = time.monotonic() + patience_s
    while True:
        before, start = cpu_times(), time.monotonic()
        time.sleep(2)
        load = (cpu_times()[0] - before[0]) / (time.monotonic() - start)
        if load < limit or time.monotonic() > deadline:
            return load
