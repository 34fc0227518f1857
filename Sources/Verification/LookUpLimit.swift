import Locking
package import Model
package import Policy

/// For whom something is looked up that may not exist: whose budget it is.
package enum LookUpParty: Sendable {
    /// A caller who shows a credential, by its own address, nil where nobody knows that.
    case caller(IPAddress?)
    /// A client that has proved who it is and asks about somebody's credential, with that caller's address if it says so.
    case asker(ClientID, caller: IPAddress?)
}

/// The rate limit on look-ups of what may not exist, a token bucket for each party and one for all (threat K8). A look-up that
/// finds something is given back, so only guessing is limited.
///
/// - A caller's address has a number a second (an IPv6 host counts with its /64, threat S8), whoever passes the question on.
/// - A client that has proved who it is has a share of its own: who sends made-up credentials to one backend stops no other,
///   and nobody at `/verify`.
/// - All callers have one together, and all those clients another.
/// - Who shows wrong secrets of a client has a number a second of them looked at, each client and network apart (``wrongSecret(of:from:at:)``).
/// - Where one of the look-ups' refuses, a reserve lets a few through all the same: what was refused a few seconds ago and is asked
///   for again. Who repeats a request gets in; who makes up another credential each time does not.
///
/// Fixed in size: addresses share 1,024 buckets, clients 256 and wrong secrets 1,024, and what was refused is remembered as bits, so a flood
/// makes others wait, never the memory grow.
package final class LookUpLimit: Sendable {
    /// A permission that was given, to give it back.
    package struct Permit: Sendable {
        fileprivate enum Source: Sendable { case party, reserve }

        fileprivate let party: LookUpParty
        fileprivate let source: Source
    }

    private struct Bucket {
        let rate: Double
        let burst: Double
        var tokens: Double
        var filledAt: Int64 = 0

        /// - Parameter rate: Tokens a second. Twice as many are there at first, and at most.
        init(rate: Int) {
            self.rate = Double(rate)
            burst = Double(rate) * 2
            tokens = burst
        }

        mutating func take(at milliseconds: Int64) -> Bool {
            tokens = min(burst, tokens + Double(max(0, milliseconds - filledAt)) / 1000 * rate)
            filledAt = milliseconds
            guard tokens >= 1 else { return false }
            tokens -= 1
            return true
        }
    }

    /// All of one kind, each of them and together.
    private struct Parties {
        var all: Bucket
        var each: [Bucket]

        init(each rate: Int, count: Int, overall: Int) {
            all = Bucket(rate: overall)
            each = Array(repeating: Bucket(rate: rate), count: count)
        }

        mutating func take(_ key: some Hashable, at milliseconds: Int64) -> Bool {
            let index = index(of: key)
            guard each[index].take(at: milliseconds) else { return false }
            if all.take(at: milliseconds) { return true }
            each[index].tokens += 1
            return false
        }

        mutating func giveBack(_ key: some Hashable) {
            each[index(of: key)].tokens += 1
            all.tokens += 1
        }

        private func index(of key: some Hashable) -> Int {
            Int(UInt(bitPattern: key.hashValue) % UInt(each.count))
        }
    }

    private struct State {
        var callers: Parties
        var askers: Parties
        /// Callers of whom an asker says the address.
        var named: Parties
        var reserve: Bucket
        var refused = RefusedLately()
        var wrongSecrets: [Bucket]
    }

    private let state: Lock<State>

    /// Rates are misses a second; twice as many may come at once.
    ///
    /// - Parameters:
    ///   - perAddress: Of each address.
    ///   - overall: Of all callers together.
    ///   - perAsker: Of each client that has proved who it is; twice as many of all of them together.
    ///   - reserve: Of what is asked for again.
    ///   - wrongSecrets: Of each client from one network.
    package init(
        perAddress: Int = 50, overall: Int = 1000, perAsker: Int = 200, reserve: Int = 25, wrongSecrets: Int = 5
    ) {
        state = Lock(
            State(
                callers: Parties(each: perAddress, count: 1024, overall: overall),
                askers: Parties(each: perAsker, count: 256, overall: perAsker * 2),
                named: Parties(each: perAddress, count: 1024, overall: overall),
                reserve: Bucket(rate: reserve),
                wrongSecrets: Array(repeating: Bucket(rate: wrongSecrets), count: 1024)))
    }

    /// Notes that a secret was wrong. Asked once the secret was looked at, so no number of wrong ones keeps a right one out, wherever that
    /// comes from; whether there is such a client makes no difference.
    ///
    /// - Returns: Whether so many came from there lately that no more is said about them.
    package func wrongSecret(of client: ClientID, from address: IPAddress?, at now: Instant) -> Bool {
        var hasher = Hasher()
        hasher.combine(client)
        hasher.combine(Self.network(of: address))
        let hash = UInt(bitPattern: hasher.finalize())
        return state.withLock { state in
            let index = Int(hash % UInt(state.wrongSecrets.count))
            return !state.wrongSecrets[index].take(at: now.milliseconds)
        }
    }

    /// Permission for one more look-up of `thing`, nil for none. It counts until it is given back.
    package func take(for party: LookUpParty, of thing: some Hashable, at now: Instant) -> Permit? {
        state.withLock { state in
            if Self.take(for: party, from: &state, at: now.milliseconds) { return Permit(party: party, source: .party) }
            guard state.refused.wasThere(thing, at: now.milliseconds), state.reserve.take(at: now.milliseconds) else {
                return nil
            }
            return Permit(party: party, source: .reserve)
        }
    }

    private static func take(for party: LookUpParty, from state: inout State, at milliseconds: Int64) -> Bool {
        switch party {
        case .caller(let address): return state.callers.take(network(of: address), at: milliseconds)
        case .asker(let client, nil): return state.askers.take(client, at: milliseconds)
        case .asker(let client, .some(let address)):
            // One caller stops no other, and made-up addresses no other client.
            guard state.named.take(network(of: address), at: milliseconds) else { return false }
            if state.askers.take(client, at: milliseconds) { return true }
            state.named.giveBack(network(of: address))
            return false
        }
    }

    /// The look-up found something.
    package func giveBack(_ permit: Permit) {
        state.withLock { state in
            switch (permit.source, permit.party) {
            case (.reserve, _): state.reserve.tokens += 1
            case (.party, .caller(let address)): state.callers.giveBack(Self.network(of: address))
            case (.party, .asker(let client, let address)):
                state.askers.giveBack(client)
                if let address { state.named.giveBack(Self.network(of: address)) }
            }
        }
    }

    /// What counts as one caller: an IPv4 address, or the /64 of an IPv6 one. Those of unknown address are one.
    private static func network(of address: IPAddress?) -> UInt128? {
        guard let address else { return nil }
        return address.family == .v6 ? address.bits >> 64 : address.bits
    }
}

/// What was refused within the last five to ten seconds, as bits: it may take something else for it once in some hundred times
/// under a flood, and never forgets earlier.
private struct RefusedLately {
    private static let bits = 1 << 21
    private static let milliseconds: Int64 = 5000

    private var young: [UInt64] = []
    private var old: [UInt64] = []
    private var since: Int64 = 0

    /// Whether `thing` was there before. It is from now on.
    mutating func wasThere(_ thing: some Hashable, at milliseconds: Int64) -> Bool {
        let age = milliseconds.subtractingReportingOverflow(since)
        if young.isEmpty || age.overflow || age.partialValue < 0 || age.partialValue >= Self.milliseconds {
            old = young.isEmpty || age.partialValue >= Self.milliseconds * 2 ? [] : young
            young = Array(repeating: 0, count: Self.bits / 64)
            since = milliseconds
        }
        let hash = UInt(bitPattern: thing.hashValue)
        let places = [Int(hash % UInt(Self.bits)), Int(hash >> 32 % UInt(Self.bits))]
        let wasThere = places.allSatisfy { Self.has($0, in: young) } || places.allSatisfy { Self.has($0, in: old) }
        for place in places { young[place / 64] |= 1 << UInt64(place % 64) }
        return wasThere
    }

    private static func has(_ place: Int, in bits: [UInt64]) -> Bool {
        !bits.isEmpty && bits[place / 64] & 1 << UInt64(place % 64) != 0
    }
}
