"""What every proof needs around it: the program that is proven, a folder to work in, and a way to give up."""

import contextlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
RELEASE = ROOT / ".build-release"


def give_up(reason):
    sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {reason}")


def program(build_folder):
    """The claviger of that folder, or one that is built now."""
    return programs(build_folder, "claviger") / "claviger"


def programs(build_folder, *products):
    """A folder with these programs: that one, or where they are built now."""
    return build_folder.resolve() if build_folder else build(*products)


def build(*products):
    print(f"building {' and '.join(products)} (release; the very first time about 15 minutes)")
    for product in products:
        done = subprocess.run(
            [
                "swift", "build", "-c", "release", "--static-swift-stdlib", "--scratch-path", RELEASE, "--product", product
            ], cwd=ROOT, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            give_up(f"{product} does not build")
    return RELEASE / "release"


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
