"""What came out, for people and for programs."""

import json
import os
import pathlib
import platform

from proof.faults import NO_FAULT
from proof.measuring import MAXIMUM_BAR, P99_BAR


class Report:
    """The table, the figures, and the verdict."""

    def __init__(self, options):
        self.options = options
        self.phases, self.failures = [], []

    def add(self, title, results, load, seconds):
        """Shows what was measured in a phase, and holds it against the bars."""
        print(f"  {'':24}{'revoked':>8}{'measured':>9}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}{'accepted until':>16}   answers")
        kinds = []
        for kind, measured in results.items():
            line = measured.report()
            kinds.append({"kind": kind, **line})
            until = f"{line['last_acceptance_ms']:.1f} ms" if measured.accepted else "never"
            answers = ", ".join(f"{count:,} × {status}" for status, count in line["answers"].items())
            print(f"  {kind:24}{line['revocations']:>8,}{line['measured']:>9,}{line['p50_ms']:>9.2f}{line['p99_ms']:>9.2f}"
                  f"{line['maximum_ms']:>9.2f}{until:>16}   {answers}")
            self.failures += [f"{title}, {kind}: {text}" for text in measured.failures(title == NO_FAULT)]
        refused = sum(count for status, count in load.items() if status not in ("200", "0"))
        if title == NO_FAULT and refused:
            self.failures.append(f"{title}: {refused} uses of good credentials were refused")
        print(f"  beside: {load.get('200', 0):,} uses of good credentials accepted, {refused:,} refused, "
              f"{load.get('0', 0):,} without an answer, in {seconds:.0f} s")
        self.phases.append({"fault": title, "kinds": kinds, "load": load, "seconds": seconds})

    def verdict(self):
        """Whether every bar was kept."""
        print(f"\n{machine()['text']}")
        if self.options.json:
            self.options.json.write_text(json.dumps({
                "machine": machine(), "times": self.options.times, "fault_times": self.options.fault_times,
                "cut_off_by": "network namespace" if self.options.network else "relay", "phases": self.phases,
                "failures": self.failures}, indent=2))
        for failure in self.failures:
            print(f"✗ {failure}")
        if not self.failures:
            print(f"✓ refused by every other node within {MAXIMUM_BAR:,} ms, also under faults; without one, p99 within "
                  f"{P99_BAR} ms; never accepted again")
        return not self.failures


def machine():
    model = next((line.partition(": ")[2] for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    text = f"{model}, {os.cpu_count()} cores, Linux {platform.release()}; load average {os.getloadavg()[0]:.1f}"
    return {"model": model, "cores": os.cpu_count(), "kernel": platform.release(), "text": text}
