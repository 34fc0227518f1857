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
    /// Frames beyond which the writer stops for a moment to start the log anew. The log holds about so many, and those
    /// of one more step and one batch.
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
