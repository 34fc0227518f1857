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

    private let counts = Lock<[Key: Int]>([:])

    /// A place, until it is dropped; nil where there is none.
    func enter(_ id: ID<Connection>, of account: ID<Organization>) -> RelayPlace? {
        let key = Key(account: account, connection: id)
        let isIn = counts.withLock { counts in
            var (all, ofAccount) = (0, 0)
            for (other, count) in counts {
                all += count
                if other.account == account { ofAccount += count }
            }
            guard counts[key, default: 0] < Self.mostOfOne, ofAccount < Self.mostOfAccount, all < Self.most else {
                return false
            }
            counts[key, default: 0] += 1
            return true
        }
        return isIn ? RelayPlace(key, in: self) : nil
    }

    fileprivate func leave(_ key: Key) {
        counts.withLock { counts in
            let rest = counts[key, default: 1] - 1
            counts[key] = rest > 0 ? rest : nil
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

    deinit { crowd.leave(key) }
}
