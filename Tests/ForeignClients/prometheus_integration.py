"""Prometheus scrapes a target that wants a token: it fetches one with client credentials."""

import json
import pathlib
import subprocess
import tempfile
import time
import urllib.request

from visit import free_port, told

case = told()
port = free_port()
with tempfile.TemporaryDirectory(prefix="claviger-prometheus.") as folder:
    settings = pathlib.Path(folder) / "prometheus.yml"
    # JSON is YAML, too. What answers to `/verify` has no metrics in it, which is no error.
    settings.write_text(
        json.dumps(
            {
                "global": {"scrape_interval": "1s"},
                "scrape_configs": [
                    {
                        "job_name": "api", "metrics_path": "/verify", "params": {"scope": ["data.read"]},
                        "static_configs": [{"targets": [case.issuer.removeprefix("http://")]}],
                        "oauth2": {
                            "client_id": case.client_id, "client_secret": case.client_secret, "scopes": ["data.read"],
                            "token_url": f"{case.issuer}/oauth2/token",
                        },
                    }
                ],
            }))
    prometheus = subprocess.Popen(
        [
            "prometheus", f"--config.file={settings}", f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{port}",
        ], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        target = None
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/targets", timeout=60) as answer:
                    target = json.load(answer)["data"]["activeTargets"][0]
            except (OSError, LookupError):
                target = None
            if target and target["health"] != "unknown":
                break
            time.sleep(0.1)
        assert target and target["health"] == "up", target
    finally:
        prometheus.terminate()
        prometheus.wait(timeout=60)
print("scraped")
