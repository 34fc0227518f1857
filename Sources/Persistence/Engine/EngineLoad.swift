/// How much an engine has to do at a moment.
package struct EngineLoad: Sendable {
    /// Bodies that wait to read.
    package let waitingReads: Int
    /// Bodies that wait to write.
    package let waitingWrites: Int
    /// How many of each may wait.
    package let mostWaiting: Int
    /// Connections that read at present.
    package let busyReaders: Int
    /// Connections that read, if there is something to read.
    package let readers: Int
    /// Transactions that wrote, and how many bodies they were for, since it was opened.
    package let commits: Int
    package let bodies: Int

    /// The load of an engine with these queues.
    package init(
        reads: Mailbox<any WaitingBody>, writes: Mailbox<any WaitingBody>, mostWaiting: Int, readers: Int,
        counters: CommitCounters
    ) {
        let reading = reads.load
        waitingReads = reading.waiting
        waitingWrites = writes.load.waiting
        self.mostWaiting = mostWaiting
        busyReaders = max(0, readers - reading.idleThreads)
        self.readers = readers
        commits = counters.commitCount
        bodies = counters.bodyCount
    }
}
