import CredentialFormat
import Model
import Persistence

extension Transaction {
    /// What is below a connection now: what came with its last consent or renewal.
    borrowing func currentChildren(of connection: Connection) throws -> [ConnectionChildRow] {
        try connectionChildren(of: connection.id).filter { $0.generation == connection.generation }
    }

    /// Ends the promises that are open: nothing keeps them any more.
    borrowing func breakPromises(
        _ promises: [ConnectionPromise], because reason: String?, at time: Instant
    ) throws {
        try put(
            promises.filter { $0.state == .open }.map { promise in
                var broken = promise
                broken.state = .broken
                broken.settledAt = time
                broken.reason = reason
                return broken
            })
    }
}
