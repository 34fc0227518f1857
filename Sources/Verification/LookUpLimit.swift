package import Model
package import Policy
import Synchronization

/// How many look-ups of unknown credentials reach the database: a number a second for each address, and one for all
/// (threat K8). A look-up that finds something is given back, so only guessing is limited.
///
/// Fixed in size: addresses share 1,024 buckets (an IPv6 host counts with its /64, threat S8), so a flood from very many
/// addresses makes others wait, never the memory grow.
package final class LookUpLimit: Sendable {
    private struct Bucket {
        var tokens: Double
        var filledAt: Int64 = 0

        mutating func take(rate: Double, burst: Double, at milliseconds: Int64) -> Bool {
            tokens = min(burst, tokens + Double(max(0, milliseconds - filledAt)) / 1000 * rate)
            filledAt = milliseconds
            guard tokens >= 1 else { return false }
            tokens -= 1
            return true
        }
    }

    private struct State {
        var all: Bucket
        var each: [Bucket]
    }

    private let perAddress: Double
    private let overall: Double
    private let state: Mutex<State>

    /// - Parameters:
    ///   - perAddress: Misses a second and address. Twice as many may come at once.
    ///   - overall: Misses a second in all. Twice as many may come at once.
    package init(perAddress: Int = 50, overall: Int = 1000) {
        self.perAddress = Double(perAddress)
        self.overall = Double(overall)
        state = Mutex(
            State(
                all: Bucket(tokens: Double(overall) * 2),
                each: Array(repeating: Bucket(tokens: Double(perAddress) * 2), count: 1024)))
    }

    /// Whether one more look-up may be made. If so, it counts until it is given back.
    package func take(from address: IPAddress?, at now: Instant) -> Bool {
        state.withLock { state in
            let index = bucket(of: address)
            guard state.each[index].take(rate: perAddress, burst: perAddress * 2, at: now.milliseconds) else {
                return false
            }
            if state.all.take(rate: overall, burst: overall * 2, at: now.milliseconds) { return true }
            state.each[index].tokens += 1
            return false
        }
    }

    /// The look-up found something.
    package func giveBack(from address: IPAddress?) {
        state.withLock { state in
            state.each[bucket(of: address)].tokens += 1
            state.all.tokens += 1
        }
    }

    private func bucket(of address: IPAddress?) -> Int {
        guard let address else { return 0 }
        let network = address.family == .v6 ? address.bits >> 64 : address.bits
        return Int(UInt(bitPattern: network.hashValue) % 1024)
    }
}
