import CredentialFormat
import Locking
import Model

/// How many calls are passed on at a time: so many in all, of one account and of one connection, so that none takes the places of
/// others.
final class RelayCrowd: Sendable {
    static let most = 256
    static let mostOfAccount = 128
    static let mostOfOne = 16

    fileprivate struct Key: Hashable {
        let account: ID<Organization>
        let connection: ID<Connection>
    }

    private struct State {
        var counts: [Key: Int] = [:]
        /// What ends a reply that is being written.
        var endings: [ObjectIdentifier: @Sendable () -> Void] = [:]
    }

    private let state = Lock(State())

    /// A place, until it is dropped; nil where there is none.
    func enter(_ id: ID<Connection>, of account: ID<Organization>) -> RelayPlace? {
        let key = Key(account: account, connection: id)
        let isIn = state.withLock { state in
            var (all, ofAccount) = (0, 0)
            for (other, count) in state.counts {
                all += count
                if other.account == account { ofAccount += count }
            }
            guard state.counts[key, default: 0] < Self.mostOfOne, ofAccount < Self.mostOfAccount, all < Self.most else {
                return false
            }
            state.counts[key, default: 0] += 1
            return true
        }
        return isIn ? RelayPlace(key, in: self) : nil
    }

    /// Ends the replies that are still being written.
    func end() {
        let endings = state.withLock { state in
            defer { state.endings = [:] }
            return state.endings.values.map(\.self)
        }
        for end in endings { end() }
    }

    fileprivate func note(_ place: RelayPlace, _ end: @escaping @Sendable () -> Void) {
        state.withLock { $0.endings[ObjectIdentifier(place)] = end }
    }

    fileprivate func leave(_ key: Key, _ place: ObjectIdentifier) {
        state.withLock { state in
            let rest = state.counts[key, default: 1] - 1
            state.counts[key] = rest > 0 ? rest : nil
            state.endings[place] = nil
        }
    }
}

/// A place among the calls that are passed on. Whoever holds it is one of them.
package final class RelayPlace: Sendable {
    private let key: RelayCrowd.Key
    private let crowd: RelayCrowd

    fileprivate init(_ key: RelayCrowd.Key, in crowd: RelayCrowd) {
        self.key = key
        self.crowd = crowd
    }

    deinit { crowd.leave(key, ObjectIdentifier(self)) }

    /// - Parameter end: Ends the reply, wherever it is.
    package func whenEnded(_ end: @escaping @Sendable () -> Void) { crowd.note(self, end) }
}
