# SPDX-License-Identifier: BSD-2-Clause
"""tools/bench still measures: with few subscribers, for seconds, and what others may rely on. No
figure is judged here: this machine is busy."""
import json
import os
import subprocess
import tempfile

from arena import case, expect
from lab.guard import REPOSITORY, find

_PARTS = ("controller", "daemon", "soak")
_WANTED = {"registrations_per_second", "commit_p50_us", "commit_p99_us", "commit_p999_us",
           "bytes_per_binding", "bytes_per_binding_kernel", "bytes_per_binding_user", "adopt_1M_s",
           "page_of_1000_ms", "find_by_impi_ms", "walk_all_pages_s", "register_while_walked_ms",
           "expiry_us", "soak_steps", "soak_dropped_share"}


@case("Bench.MeasuresWhatItsFileNames", "targets of speed")
def figures(_arena):
    bench = (REPOSITORY / "tools" / "bench", "--no-install", "--no-build", "--bindings", "3000",
             "--soak", "3")
    build = {"GMGUARD_BUILD": str(find("gmguardd").parents[1])}
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        done = subprocess.run([*bench, "--json", file.name, *_PARTS],
                              env=os.environ | build, capture_output=True, text=True, check=False)
        expect(done.returncode == 0, f"ends well: {done.stdout[-500:]} {done.stderr[-500:]}")
        written = json.loads(file.read())
    controller = written["controller"]
    expect(not _WANTED - controller.keys(), f"not there: {_WANTED - controller.keys()}")
    nothing = sorted(name for name in _WANTED - {"bytes_per_binding_user"} if controller[name] <= 0)
    expect(not nothing, f"above zero: {nothing}")
    expect(controller["soak_records_lost"] == 0, "no record is lost")
    expect(controller["soak_steps_failed"] == 0, "every phone is served")
    expect(written["conditions"]["kernel"], "the conditions say where it was measured")
    expect("MISSED" in done.stdout or "reached" in done.stdout, "the targets are told")
