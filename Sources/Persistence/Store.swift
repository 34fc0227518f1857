package import Model

/// The one door to the database.
///
/// A transaction exists only inside `read` or `write`. Their bodies are synchronous, so nothing can be awaited while rows
/// are locked, and **pure database work**: an engine may run a body again (alone after a batch failed, or after a
/// serialization failure), so it must have no effect but through its transaction.
package protocol Store: Sendable {
    /// Runs `body` on one consistent snapshot.
    ///
    /// - Throws: What `body` throws, or a ``StoreError``.
    func read<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T

    /// Runs `body`, and returns once its changes are on disk and its announcements were heard on this node. If `body`
    /// throws, or the caller was cancelled before the body began, nothing of it is left.
    ///
    /// - Throws: What `body` throws, `CancellationError`, or a ``StoreError``.
    func write<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T
}

/// A store as the one who opened it has it.
package protocol Engine: Store {
    /// Has `listener` hear what this process commits from now on.
    func listen(_ listener: @escaping ChangeListener)

    /// How many steps its schema lacked when it was opened. They were run.
    var stepsRun: Int { get }

    /// What it has to do at present.
    var load: EngineLoad { get }

    /// Ends the store: what runs is finished and answered, what waits is answered with `StoreError.closed`. To close
    /// again is to wait for the same end.
    func close() async
}

/// Hears what was committed, on the thread that committed it, before the change is answered. It must be quick and must
/// not call the store.
package typealias ChangeListener = @Sendable ([Change]) -> Void
