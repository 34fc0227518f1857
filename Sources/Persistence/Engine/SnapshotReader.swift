/// Answers bodies that read, each on a snapshot of its own.
package struct SnapshotReader<Connection: BodyConnection> {
    /// How often a body is run whose connection was lost.
    private static var attempts: Int { 3 }

    private let connection: Connection
    private let bodies: Mailbox<any WaitingBody>

    package init(on connection: Connection, bodies: Mailbox<any WaitingBody>) {
        self.connection = connection
        self.bodies = bodies
    }

    /// Answers bodies until the mailbox is closed.
    package func serve() {
        while let taken = bodies.take(upTo: 1) {
            for body in taken { read(body) }
        }
    }

    private func read(_ body: any WaitingBody) {
        guard !body.isCancelled else { return body.fail(CancellationError()) }
        var problem = StoreError.overloaded
        for attempt in 1...Self.attempts {
            guard !body.isOverdue else { return body.fail(problem) }
            do {
                try connection.beginReading()
                _ = body.run(on: connection)
                if let failure = connection.failure, failure.isPassing { throw failure }
                try connection.endReading()
                return body.answer()
            } catch {
                try? connection.rollback()
                guard let error = error as? StoreError, error.isPassing, attempt < Self.attempts else {
                    return body.fail(error)
                }
                problem = error
            }
        }
    }
}
