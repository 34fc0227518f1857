"""What every proof needs around it: the program that is proven, a folder to work in, and a way to give up."""

import contextlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
RELEASE = ROOT / ".build-release"
# Builds of other commits, a folder each.
BASES = ROOT / ".build-base"


def give_up(reason):
    sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {reason}")


def program(build_folder):
    """The claviger of that folder, or one that is built now."""
    return programs(build_folder, "claviger") / "claviger"


def programs(build_folder, *products):
    """A folder with these programs: that one, or where they are built now."""
    return build_folder.resolve() if build_folder else build(*products)


def build(*products):
    print(f"building {' and '.join(products)} (release; the very first time about 15 minutes)", flush=True)
    for product in products:
        compiled(product, ROOT, RELEASE)
    return RELEASE / "release"


def compiled(product, source, into, of=""):
    """Builds a product as packages have it: all that is measured or proven is built alike."""
    done = subprocess.run(
        ["swift", "build", "-c", "release", "--static-swift-stdlib", "--scratch-path", into, "--product", product], cwd=source,
        stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        give_up(f"{product}{of} does not build")


def git(*arguments):
    """What git prints, None where it fails."""
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return done.stdout if done.returncode == 0 else None


def previous_tag():
    """The newest tag before this commit, None where there is none."""
    found = git("describe", "--tags", "--abbrev=0", "HEAD^")
    return found.decode().strip() if found else None


def build_commit(commit, *products):
    """Builds these programs of another commit of this repository, once, and says below which folder."""
    found = git("rev-parse", "--verify", f"{commit}^{{commit}}")
    if not found:
        give_up(f"{commit} is no commit of this repository")
    sha = found.decode().strip()
    source, into = BASES / sha[:12] / "source", BASES / sha[:12] / "build"
    if not source.exists():
        source.mkdir(parents=True)
        subprocess.run(["tar", "-x", "-C", source], input=git("archive", sha), check=True)
    for product in products:
        if not (into / "release" / product).exists():
            print(f"building {product} of {sha[:12]} (release; about 15 minutes in all)", flush=True)
            compiled(product, source, into, of=f" of {sha[:12]}")
    return into


@contextlib.contextmanager
def folder():
    """A folder that is removed afterwards."""
    # PostgreSQL runs as another user if this one is root, and must reach it.
    made = pathlib.Path(tempfile.mkdtemp(prefix="claviger-proof-"))
    made.chmod(0o755)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
