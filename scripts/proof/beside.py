"""What goes on beside a proof."""

import asyncio
import multiprocessing
import signal


class Beside:
    """Asks in a process of its own while the block lasts, and has a report afterwards. Subclasses say what is asked."""

    # How long the report may take to come, in seconds.
    LAST = 10

    def __init__(self):
        self.ours, self.theirs = multiprocessing.Pipe()

    def __enter__(self):
        self.process = multiprocessing.get_context("fork").Process(target=self._work, daemon=True)
        self.process.start()
        return self

    def __exit__(self, *_):
        self.ours.send("end")
        # None where it did not come.
        self.report = self.ours.recv() if self.ours.poll(self.LAST) else None
        self.process.join(5)
        if self.process.is_alive():
            self.process.kill()

    def _work(self):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.theirs.send(asyncio.run(self._ask()))

    async def _until_the_end(self):
        while not self.theirs.poll():
            await asyncio.sleep(0.05)

    async def _ask(self):
        """The report, at the end."""
        raise NotImplementedError
