import NIOCore

/// The executor of tasks that belong to one connection: they run on its event loop, so what the store answers is written where
/// it arrives, and no thread of another pool is woken in between.
///
/// For tasks that wait, and compute no longer than a hot route does.
final class LoopTasks: TaskExecutor {
    private let loop: any EventLoop

    init(on loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

extension EventLoop {
    /// Does something on this loop: at once where one is on it, as a task that ran by ``LoopTasks`` is at its end.
    func executeAtOnce(_ work: @escaping @Sendable () -> Void) {
        if inEventLoop { work() } else { execute(work) }
    }
}
