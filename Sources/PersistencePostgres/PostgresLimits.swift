/// How much a store takes on, and how long it waits.
package struct PostgresLimits: Sendable {
    /// Bodies that may wait to write, and as many to read. More are refused as `StoreError.overloaded`.
    package let waitingBodies: Int
    /// Bodies that share one transaction, at most.
    package let batch: Int
    /// Connections, each with its thread, that read. One more writes, and one more listens.
    package let readers: Int
    /// How long a caller waits for a body that reads or writes to be begun. Later it is refused as
    /// `StoreError.overloaded`.
    package let patience: Duration
    /// How long an answer to a statement is waited for. The server itself ends a statement a sixth earlier.
    package let statement: Duration
    /// How long to wait for a connection to be made. After a failure, none is tried for a tenth of it.
    package let connecting: Duration

    package init(
        waitingBodies: Int = 10_000, batch: Int = 256, readers: Int = 8, patience: Duration = .seconds(5),
        statement: Duration = .seconds(3), connecting: Duration = .seconds(2)
    ) {
        self.waitingBodies = waitingBodies
        self.batch = batch
        self.readers = readers
        self.patience = patience
        self.statement = statement
        self.connecting = connecting
    }
}
