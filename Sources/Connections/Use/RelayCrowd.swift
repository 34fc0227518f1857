import CredentialFormat
import Locking
import Model

/// How many calls are passed on at a time: so many in all, and so many of one connection, so that none takes the places of others.
final class RelayCrowd: Sendable {
    static let most = 256
    static let mostOfOne = 16

    private let counts = Lock<[ID<Connection>: Int]>([:])

    /// A place, until it is dropped; nil where there is none.
    func enter(_ id: ID<Connection>) -> RelayPlace? {
        let isIn = counts.withLock { counts in
            guard counts[id, default: 0] < Self.mostOfOne, counts.values.reduce(0, +) < Self.most else { return false }
            counts[id, default: 0] += 1
            return true
        }
        return isIn ? RelayPlace(id, in: self) : nil
    }

    fileprivate func leave(_ id: ID<Connection>) {
        counts.withLock { counts in
            let rest = counts[id, default: 1] - 1
            counts[id] = rest > 0 ? rest : nil
        }
    }
}

/// A place among the calls that are passed on. Whoever holds it is one of them.
package final class RelayPlace: Sendable {
    private let connection: ID<Connection>
    private let crowd: RelayCrowd

    fileprivate init(_ connection: ID<Connection>, in crowd: RelayCrowd) {
        self.connection = connection
        self.crowd = crowd
    }

    deinit { crowd.leave(connection) }
}
