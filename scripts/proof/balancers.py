"""Proxies in front of all nodes, as the section “Two nodes behind a proxy” of docs/operating-process.md has them."""

import os
import re
import shutil
import socket
import subprocess
import time

from proof.ports import free_port
from proof.setting import ROOT, give_up

SECTION = "Two nodes behind a proxy"
# What stands in the document for the nodes.
NODES = "10.0.0.1:8080", "10.0.0.2:8080"


def recipe(language):
    """The fenced block of the section in this language."""
    document = (ROOT / "docs/operating-process.md").read_text()
    section = re.search(rf"^## {SECTION}\n(.*?)(?=^## |\Z)", document, re.DOTALL | re.MULTILINE)
    block = section and re.search(rf"^```{language}\n(.*?)^```", section[1], re.DOTALL | re.MULTILINE)
    if not block:
        give_up(f"docs/operating-process.md has no {language} below “{SECTION}”")
    return block[1]


class Balancer:
    """A proxy that runs while it is needed."""

    name = language = program = ""
    # What stands in the document for where callers come.
    place = "127.0.0.1:8000"

    def __init__(self, folder, nodes):
        self.folder, self.nodes = folder, nodes
        self.log = folder / f"{self.language}.log"
        self.address = ("127.0.0.1", free_port())

    @classmethod
    def found(cls):
        """Where the program is, None where it is not."""
        return shutil.which(cls.program) or next(filter(os.path.exists, [f"/usr/sbin/{cls.program}"]), None)

    def start(self):
        text = recipe(self.language)
        for old, node in zip(NODES, self.nodes):
            text = self.replaced(text, old, ":".join(map(str, node.address)))
        text = self.replaced(text, self.place, self.place.replace("8000", str(self.address[1])))
        file = self.folder / f"balancer.{self.language}"
        file.write_text(self.whole(text))
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen(
                self.command(file), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env={**os.environ, "HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder),
                     "XDG_CONFIG_HOME": str(self.folder)})
        for _ in range(1200):
            if self.process.poll() is not None:
                break
            with socket.socket() as probe:
                if probe.connect_ex(self.address) == 0:
                    return
            time.sleep(0.05)
        give_up(f"{self.name} does not start: {self.log.read_text(errors='replace')[-2000:]}")

    def replaced(self, text, old, new):
        if old not in text:
            give_up(f"the recipe for {self.name} has no {old} any more")
        return text.replace(old, new)

    def whole(self, text):
        """The file with what a machine has around the recipe."""
        return text

    def command(self, file):
        raise NotImplementedError

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)


class Nginx(Balancer):
    name, language, program = "nginx", "nginx", "nginx"

    def whole(self, text):
        temporary = "\n".join(
            f"{kind}_temp_path {self.folder}/nginx-{kind};" for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
        return (f"daemon off;\nworker_processes 2;\npid {self.folder}/nginx.pid;\nevents {{ worker_connections 1024; }}\n"
                f"http {{\naccess_log off;\n{temporary}\n{text}\n}}\n")

    def command(self, file):
        # Its workers must be able to write into the folder, which is root's.
        user = ["-g", "user root;"] if os.geteuid() == 0 else []
        return [self.found(), "-p", self.folder, "-c", file, "-e", self.folder / "nginx-error.log", *user]


class HAProxy(Balancer):
    name, language, program = "HAProxy", "haproxy", "haproxy"

    def command(self, file):
        return [self.found(), "-db", "-f", file]


class Caddy(Balancer):
    name, language, program, place = "Caddy", "caddyfile", "caddy", ":8000 {"

    def whole(self, text):
        return "{\n\tadmin off\n\tauto_https off\n}\n" + text

    def command(self, file):
        return [self.found(), "run", "--adapter", "caddyfile", "--config", file]


BALANCERS = [Nginx, HAProxy, Caddy]
