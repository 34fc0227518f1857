/// How much a store takes on.
package struct SQLiteLimits: Sendable {
    /// Bodies that may wait to write, and as many to read. More are refused as `StoreError.overloaded`.
    package let waitingBodies: Int
    /// Bodies that share one transaction, at most.
    package let batch: Int
    /// Connections, each with its thread, that read.
    package let readers: Int
    /// Frames (4 KiB and a header each) by which the write-ahead log grows before it is moved into the database file.
    package let checkpointFrames: Int
    /// Frames beyond which the writer is held up for a moment so that the log can start anew.
    package let restartFrames: Int

    package init(
        waitingBodies: Int = 10_000, batch: Int = 512, readers: Int = 4, checkpointFrames: Int = 1000,
        restartFrames: Int = 16_000
    ) {
        self.waitingBodies = waitingBodies
        self.batch = batch
        self.readers = readers
        self.checkpointFrames = checkpointFrames
        self.restartFrames = restartFrames
    }
}
