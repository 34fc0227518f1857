import FoundationEssentials
import JWTKit
import Locking
import Logging
import Model
import ProviderDefinition

/// The keys that providers sign security events with, fetched when an event comes and kept for some hours. Whoever sends us tokens
/// with made-up key names has us fetch them at most once a minute.
final class SecurityEventKeys: Sendable {
    private static let freshSeconds = 6 * 3600
    /// So long keys are believed while they cannot be fetched anew.
    private static let staleSeconds = 24 * 3600
    private static let pauseSeconds = 60

    /// What is known of a key.
    enum Found {
        case keys(JWTKeyCollection)
        /// The provider does not publish it.
        case unknown
        /// Nobody knows.
        case unavailable
    }

    private struct Known {
        var keys: JWTKeyCollection?
        var names: Set<String> = []
        var fetchedAt = Instant(milliseconds: 0)
        var triedAt: Instant?
        var hasFailed = false
    }

    private let transport: any ProviderTransport
    private let logger: Logger
    private let known = Lock<[String: Known]>([:])

    init(over transport: any ProviderTransport, logger: Logger) {
        self.transport = transport
        self.logger = logger
    }

    /// The keys of a provider, where that of a name is among them.
    func find(_ name: String, of provider: Provider, _ intake: PushIntake.RISC, at now: Instant) async -> Found {
        let answer = known.withLock { known -> Found? in
            var entry = known[provider.identifier] ?? Known()
            let age = now.seconds(since: entry.fetchedAt)
            let isNamed = entry.names.contains(name)
            if let keys = entry.keys, isNamed, age < Self.freshSeconds { return .keys(keys) }
            if let tried = entry.triedAt, now.seconds(since: tried) < Self.pauseSeconds {
                if let keys = entry.keys, isNamed, age < Self.staleSeconds { return .keys(keys) }
                return entry.hasFailed ? .unavailable : .unknown
            }
            // Until its end is known, others are told to come again.
            entry.triedAt = now
            entry.hasFailed = true
            known[provider.identifier] = entry
            return nil
        }
        if let answer { return answer }
        let fetched = await fetch(provider, intake)
        return known.withLock { known -> Found in
            var entry = known[provider.identifier] ?? Known()
            if let fetched {
                entry.keys = fetched.keys
                entry.names = fetched.names
                entry.fetchedAt = now
                entry.hasFailed = false
                known[provider.identifier] = entry
            }
            guard let keys = entry.keys, entry.names.contains(name),
                now.seconds(since: entry.fetchedAt) < Self.staleSeconds
            else { return fetched == nil ? .unavailable : .unknown }
            return .keys(keys)
        }
    }

    private func fetch(
        _ provider: Provider, _ intake: PushIntake.RISC
    ) async -> (keys: JWTKeyCollection, names: Set<String>)? {
        guard let request = try? provider.request(forKeysOf: intake) else { return nil }
        let response = await transport.send(request, within: provider.hosts, timeout: .seconds(5))
        guard case .answered(let answer) = response, answer.status == 200,
            let set = try? JSONDecoder().decode(JWKS.self, from: Data(answer.body))
        else {
            logger.warning(
                "the keys of a provider's security events were not fetched",
                metadata: ["provider": "\(provider.identifier)"])
            return nil
        }
        let keys = JWTKeyCollection()
        var names: Set<String> = []
        for key in set.keys where key.keyType == .rsa {
            guard let name = key.keyIdentifier, (try? await keys.add(jwk: key, isDefault: false)) != nil else {
                continue
            }
            names.insert(name.string)
        }
        return (keys, names)
    }
}
