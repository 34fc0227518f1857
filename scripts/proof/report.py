"""What came out, for people and for programs."""

import json
import os
import pathlib
import platform

from proof.faults import NO_FAULT
from proof.measuring import MAXIMUM_BAR, P99_BAR, Measured
from proof.node import Node


class Report:
    """The table, the figures, and the verdict."""

    def __init__(self, options):
        self.options = options
        self.phases, self.failures = [], []

    def add(self, title, results, load, seconds):
        """Shows what was measured in a phase, and holds it against the bars."""
        print(f"  {'':24}{'at':8}{'revoked':>8}{'measured':>9}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}"
              f"{'accepted until':>16}{'in a check from':>17}   answers")
        lines, every = {}, Measured()
        for kind, measured in results.items():
            for number, (who, result) in enumerate(measured.items()):
                every.of(who).include(result)
                lines.setdefault(who, []).append({"kind": kind, **result.report()})
                self.show(kind if number == 0 else "", who, result)
                self.failures += [f"{title}, {kind}, {who}: {text}" for text in result.failures(title == NO_FAULT)]
        for number, (who, result) in enumerate(every.items()):
            self.show("all kinds" if number == 0 else "", who, result)
        refused = sum(count for status, count in load.items() if status not in ("200", "0"))
        if title == NO_FAULT and refused:
            self.failures.append(f"{title}: {refused} uses of good credentials were refused")
        print(f"  beside: {load.get('200', 0):,} uses of good credentials accepted, {refused:,} refused, "
              f"{load.get('0', 0):,} without an answer, in {seconds:.0f} s")
        self.phases.append({
            "fault": title, "kinds": lines.pop(Node.measured_as, []), "backends": lines,
            "all_kinds": {who: result.report() for who, result in every.items()}, "load": load, "seconds": seconds})

    @staticmethod
    def show(kind, who, result):
        line = result.report()
        until = [f"{line[name]:.1f} ms" if result.accepted else "never"
                 for name in ("last_acceptance_ms", "last_acceptance_asked_ms")]
        answers = ", ".join(f"{count:,} × {status}" for status, count in line["answers"].items())
        print(f"  {kind:24}{who:8}{line['revocations']:>8,}{line['measured']:>9,}{line['p50_ms']:>9.2f}{line['p99_ms']:>9.2f}"
              f"{line['maximum_ms']:>9.2f}{until[0]:>16}{until[1]:>17}   {answers}")

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
                  f"{P99_BAR} ms; accepted by no backend that was asked later than {MAXIMUM_BAR:,} ms; never accepted again")
        return not self.failures


def machine():
    model = next((line.partition(": ")[2] for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    text = f"{model}, {os.cpu_count()} cores, Linux {platform.release()}; load average {os.getloadavg()[0]:.1f}"
    return {"model": model, "cores": os.cpu_count(), "kernel": platform.release(), "text": text}
