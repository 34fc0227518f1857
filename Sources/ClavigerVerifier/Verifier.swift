import AsyncHTTPClient
public import Logging
import NIOCore
import Synchronization

/// Verifies API keys and access tokens of Claviger in this process: what it was told it remembers, and what is revoked it refuses within one
/// second nevertheless.
///
/// ```swift
/// let verifier = Verifier(
///     VerifierConfiguration(address: "https://claviger.example.com", clientID: id, clientSecret: secret))
/// // Beside the server, for as long as that runs:
/// await verifier.run()
/// // For each call:
/// let caller = try await verifier.check(authorization: header, scopes: ["orders.read"])
/// ```
///
/// While ``run()`` runs, it follows Claviger's revocation feed. A credential that it sees for the first time it asks about once, however
/// many calls come with it at the same time. What it remembers it believes for 750 ms from when the feed last proved that nothing
/// was missed, by a clock that counts on while the process stands still. Otherwise, and without the feed, it asks for each call
/// (``mode``); and if nothing answers it refuses with 503, and never allows.
public final class Verifier: Sendable {
    /// Whether what was learned is used.
    public enum Mode: Sendable, Hashable {
        /// The feed is followed, and what was learned is used.
        case remembering
        /// Each check is a question.
        case asking
    }

    let memory: Memory
    let questions: Questions
    let client: HTTPClient
    let clock: VerifierClock
    let logger: Logger
    let follows: Bool
    private let realm: String
    private let hasEnded = Atomic(false)

    /// - Parameters:
    ///   - configuration: How Claviger is reached, and how much is remembered.
    ///   - logger: Told once at each change of the ``mode``.
    ///   - clock: What age goes by.
    public init(
        _ configuration: VerifierConfiguration, logger: Logger = Logger(label: "claviger.verifier"),
        clock: VerifierClock = .system
    ) {
        precondition(!configuration.addresses.isEmpty, "no address of Claviger")
        // Redirects are not followed: what is sent there is for Claviger alone.
        var http = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .milliseconds(750)))
        http.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        // The stream of revocations is served on a connection of its own, which HTTP/2 has none of.
        http.httpVersion = .http1Only
        // One loop for all requests and connections: the pool ends the process when it hears of the end of a request behind the end of
        // the request's connection, and where each has a loop of its own, these two race.
        client = HTTPClient(
            eventLoopGroupProvider: .shared(HTTPClient.defaultEventLoopGroup.next()), configuration: http)
        self.clock = clock
        self.logger = logger
        follows = configuration.followsRevocations
        realm = configuration.realm
        memory = Memory(capacity: max(1, configuration.maximumEntries))
        questions = Questions(configuration, through: client, clock, logger)
    }

    deinit {
        if !hasEnded.load(ordering: .acquiring) { client.shutdown { _ in } }
    }

    /// How checks are made at this moment.
    public var mode: Mode { memory.isBelieved(at: clock.uptime()) ? .remembering : .asking }

    /// How many credentials are remembered.
    public var count: Int { memory.count }

    /// Follows the revocation feed until the task is cancelled, and closes all connections then. To be run once, beside the server;
    /// with Swift Service Lifecycle it is a service's `run()`.
    public func run() async {
        if follows {
            await followUntilCancelled()
        } else {
            logger.notice("the revocation feed is not followed: each check is a question to Claviger")
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
        }
        memory.forgetEverything(at: clock.uptime())
        if !hasEnded.exchange(true, ordering: .acquiringAndReleasing) { try? await client.shutdown() }
    }
}

// MARK: Checks

extension Verifier {
    /// Who calls, if the credential is good for that.
    ///
    /// - Parameters:
    ///   - authorization: The `Authorization` field of the call, nil where it has none. A call with two has none that can be read:
    ///     give both, with a comma between them, as HTTP joins them.
    ///   - scopes: What the call needs, all of it.
    ///   - address: From where the call comes. Without it a credential that is bound to addresses is refused.
    ///   - organization: In which organization the caller wants to act, nil for the credential's own.
    public func check(
        authorization: String?, scopes: [String] = [], address: String? = nil, organization: String? = nil
    ) async throws(Refusal) -> Caller {
        guard let authorization else { throw refusal(.noCredential, scopes) }
        guard let credential = Self.bearer(authorization) else { throw refusal(.malformedRequest, scopes) }
        return try await check(credential, scopes: scopes, address: address, organization: organization)
    }

    /// Who calls, if the credential is good for that.
    ///
    /// - Parameters:
    ///   - credential: An API key or an access token.
    ///   - scopes: What the call needs, all of it.
    ///   - address: From where the call comes. Without it a credential that is bound to addresses is refused.
    ///   - organization: In which organization the caller wants to act, nil for the credential's own.
    public func check(
        _ credential: String, scopes: [String] = [], address: String? = nil, organization: String? = nil
    ) async throws(Refusal) -> Caller {
        guard Self.isCredential(credential) else { throw refusal(.invalidToken, scopes) }
        let key = Memory.Key(credential, in: organization)
        if let told = memory.recall(key, at: clock.uptime()) { return try judge(told, scopes, address) }
        switch await answer(to: key, credential, in: organization, from: address) {
        case .active(let told): return try judge(told, scopes, address)
        case .none(let seconds): throw refusal(.unavailable, retryAfter: seconds)
        case .inactive:
            // It may be good for its own organization, and then it is this one that it may not act in.
            guard organization != nil else { throw refusal(.invalidToken, scopes) }
            _ = try await check(credential, scopes: scopes, address: address)
            throw refusal(.organization)
        }
    }

    private func answer(
        to key: Memory.Key, _ credential: String, in organization: String?, from address: String?
    ) async -> Answer {
        let now = clock.uptime()
        guard memory.isBelieved(at: now) else {
            return inTime(await questions.answer(credential, in: organization, from: address), key)
        }
        if memory.isInactive(key, at: now) { return .inactive }
        let asked = await questions.sharedAnswer(
            to: key, credential, in: organization, from: address
        ) { [memory, clock] asked in
            switch asked.answer {
            case .active(let told): memory.keep(told, under: key, askedAt: asked.begun, at: clock.uptime())
            case .inactive: memory.keepInactive(key, askedAt: asked.begun, at: clock.uptime())
            case .none: break
            }
        }
        return inTime(asked, key)
    }

    /// The answer, if it is not too old to be used, or is proven by now.
    private func inTime(_ asked: Asked, _ key: Memory.Key) -> Answer {
        let now = clock.uptime()
        if asked.isInTime(at: now) { return asked.answer }
        return memory.recall(key, at: now).map { .active($0) } ?? .none(retryAfter: 1)
    }

    private func judge(_ told: Told, _ scopes: [String], _ address: String?) throws(Refusal) -> Caller {
        if let blocks = told.addresses {
            guard let caller = address.flatMap({ CallerAddress($0) }), blocks.contains(where: { $0.contains(caller) })
            else { throw refusal(.address) }
        }
        for scope in scopes where !told.scopes.contains(scope) { throw refusal(.insufficientScope(scopes), scopes) }
        return Caller(told)
    }

    private func refusal(_ reason: Refusal.Reason, _ scopes: [String] = [], retryAfter: Int? = nil) -> Refusal {
        Refusal(reason, realm: realm, wanting: scopes, retryAfter: retryAfter)
    }

    /// The longest credential that is asked about, in bytes.
    private static let maximumLength = 16_384

    /// Whether a text may be a credential at all: visible characters (RFC 6749 appendix A).
    private static func isCredential(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= maximumLength && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// The credential of an `Authorization` field (RFC 6750 §2.1), nil where it has none, or more than one.
    private static func bearer(_ field: String) -> String? {
        let scheme = field.utf8.prefix(7)
        guard scheme.elementsEqual("bearer ".utf8, by: { $0 | 0x20 == $1 }) else { return nil }
        let credential = field.utf8.dropFirst(7).drop { $0 == UInt8(ascii: " ") }
        guard !credential.isEmpty, !credential.contains(UInt8(ascii: " ")),
            !credential.contains(UInt8(ascii: ","))
        else { return nil }
        return String(Substring(credential))
    }
}
