import GRDB
import Persistence

/// Answers bodies that read, each on a snapshot of its own.
struct SnapshotReader {
    private let connection: SQLiteConnection
    private let bodies: Mailbox<any WaitingBody>

    init(on database: Database, bodies: Mailbox<any WaitingBody>) {
        connection = SQLiteConnection(database)
        self.bodies = bodies
    }

    /// Answers bodies until the mailbox is closed.
    func serve() {
        while let taken = bodies.take(upTo: 1) {
            for body in taken { read(body) }
        }
    }

    private func read(_ body: any WaitingBody) {
        guard !body.isCancelled else { return body.fail(CancellationError()) }
        do {
            try connection.beginReading()
            _ = body.run(on: connection)
            try connection.rollback()
            body.answer()
        } catch {
            try? connection.rollback()
            body.fail(error)
        }
    }
}
