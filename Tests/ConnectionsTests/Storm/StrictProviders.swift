import Connections
import CredentialFormat
import Locking
import Model
import TestSupport

@testable import ProviderDefinition

/// Providers that keep the rules of their rotations for many accounts, on the worst days that a seed can think of.
final class StrictProviders: RenewalCaller {
    /// What goes wrong with a request.
    enum Mishap: CaseIterable {
        /// It never left.
        case notSent
        /// Too many requests.
        case throttled
        /// The provider took the token, and its answer is lost.
        case answerLost
        /// The provider took the token, and the node dies before it can write anything down.
        case nodeKilled
        /// The provider took the token, and the database is out of reach for a time.
        case databaseGone
        /// The provider took the token, and the node stands still until another one has its lease.
        case nodePaused
    }

    /// What an account's provider knows of it.
    struct Account {
        let rotation: Renewal.Rotation
        /// Of the refresh token in force.
        var number = 1
        var rotatedAt: Instant
        /// When the refresh token before it came, and an access token with it.
        var issuedAt: Instant
        /// Uses of the token in force.
        var uses = 0
        /// What was given last reached nobody who could keep it.
        var isGivenInVain = false
        /// What was given last is with a node that stood still, and not in the database yet.
        var isHeldUp = false
        /// Whether the token before the one in force was tried again because nobody else could know what came for it.
        var isTriedAgain = false
        /// How often one was.
        var triedAgain = 0
        /// How often a token was spent again although its answer was at hand, the access token still served, or it had been tried again
        /// already.
        var spentTwice = 0

        init(_ rotation: Renewal.Rotation, at time: Instant) {
            self.rotation = rotation
            rotatedAt = time
            issuedAt = time
        }

        /// Whether no client, however careful, can have what is in force.
        var isOutOfReach: Bool { isGivenInVain && rotation.retryWindow == .never }
    }

    /// Of an access token, in seconds.
    fileprivate static let accessLifetime = 86_400
    /// So long before its end a token that may be dead may be tried once more, in seconds: two minutes, and the half minute by which its
    /// end is reckoned early.
    fileprivate static let lastChance = 150

    fileprivate struct State {
        var accounts: [ID<Connection>: Account] = [:]
        var generator: SeededGenerator
        var isCalm = false
        var downUntil: [String: Instant] = [:]
        var untilMishap = 6
        var turn = 0
        var mishaps: [Mishap: Int] = [:]
    }

    let files: [String: Provider]
    private let state: Lock<State>
    private let now: @Sendable () -> Instant
    private let strike: Lock<(@Sendable (Mishap, RenewalRequest) async throws -> Void)?> = Lock(nil)

    init(_ files: [Provider], seed: UInt64, now: @escaping @Sendable () -> Instant) {
        self.files = Dictionary(uniqueKeysWithValues: files.map { ($0.identifier, $0) })
        self.now = now
        state = Lock(State(generator: SeededGenerator(seed: seed)))
    }

    var accounts: [ID<Connection>: Account] { state.withLock(\.accounts) }
    var mishaps: [Mishap: Int] { state.withLock(\.mishaps) }

    func add(_ id: ID<Connection>, _ rotation: Renewal.Rotation) {
        let account = Account(rotation, at: now())
        state.withLock { $0.accounts[id] = account }
    }

    /// What is done to the node that asks.
    func setStrike(_ body: @escaping @Sendable (Mishap, RenewalRequest) async throws -> Void) {
        strike.withLock { $0 = body }
    }

    /// Notes that whoever was given what is in force has lost it, if `token` is what is left.
    func noteLoss(of id: ID<Connection>, unless token: String?) {
        state.withLock { state in
            guard let number = state.accounts[id]?.number, token != "rt.\(number)" else { return }
            state.accounts[id]?.isGivenInVain = true
        }
    }

    /// Accounts of which a node that stood still had what is in force.
    var heldUp: [ID<Connection>] {
        state.withLock { state in state.accounts.compactMap { id, account in account.isHeldUp ? id : nil } }
    }

    /// Notes that what was held up is in the database, if `token` is what is there.
    func noteKept(of id: ID<Connection>, if token: String?) {
        state.withLock { state in
            guard let number = state.accounts[id]?.number, token == "rt.\(number)" else { return }
            state.accounts[id]?.isHeldUp = false
        }
    }

    /// From now on all is well.
    func calm() { state.withLock { $0.isCalm = true } }

    func goDown(_ provider: String, until time: Instant) { state.withLock { $0.downUntil[provider] = time } }

    func renew(_ request: RenewalRequest) async -> ProviderReply {
        await Task.yield()
        let time = now()
        let (reply, mishap) = state.withLock { $0.answer(request, at: time) }
        guard let mishap else { return reply }
        switch mishap {
        case .notSent: return .notSent(code: "unreachable")
        case .throttled: return .failed(.throttled)
        case .answerLost: return .lost(code: "timeout")
        case .nodeKilled, .databaseGone, .nodePaused:
            let body = strike.withLock { $0 }
            try? await body?(mishap, request)
            return reply
        }
    }
}

extension StrictProviders.State {
    /// What goes wrong with this request: each kind in turn, at a distance that nobody foresees.
    private mutating func nextMishap() -> StrictProviders.Mishap? {
        guard !isCalm else { return nil }
        untilMishap -= 1
        guard untilMishap <= 0 else { return nil }
        untilMishap = 4 + Int(generator.next() % 8)
        turn += 1
        let all = StrictProviders.Mishap.allCases
        return all[turn % all.count]
    }

    /// What the provider does, and what goes wrong after it or instead of it.
    fileprivate mutating func answer(_ request: RenewalRequest, at time: Instant) -> (
        ProviderReply, StrictProviders.Mishap?
    ) {
        if let until = downUntil[request.provider.identifier], time < until { return (.failed(.outage), nil) }
        guard var account = accounts[request.connection] else { return (.failed(.invalidGrant), nil) }
        defer { accounts[request.connection] = account }
        let mishap = nextMishap()
        switch mishap {
        case .notSent, .throttled:
            if let mishap { mishaps[mishap, default: 0] += 1 }
            return (.notSent(code: "unreachable"), mishap)
        case .answerLost, .nodeKilled, .databaseGone, .nodePaused, nil: break
        }
        guard account.take(request.values[.refreshToken] ?? "", at: time) else {
            return (.failed(.invalidGrant), nil)
        }
        if let mishap { mishaps[mishap, default: 0] += 1 }
        account.isGivenInVain = mishap == .answerLost || mishap == .nodeKilled
        account.isHeldUp = mishap == .nodePaused
        var answer = TokenAnswer()
        answer.accessToken = "at.\(account.number)"
        answer.refreshToken = "rt.\(account.number)"
        answer.accessExpiry = .after(seconds: StrictProviders.accessLifetime)
        return (.tokens(answer, children: nil), mishap)
    }
}

extension StrictProviders.Account {
    /// Takes a refresh token as the rotation has it.
    fileprivate mutating func take(_ token: String, at time: Instant) -> Bool {
        if token == "rt.\(number)" {
            uses += 1
            switch rotation {
            case .none: return true
            case .replaceOldValid, .retainUntilNextUsed, .grace, .singleUse: break
            }
            number += 1
            uses = 0
            isTriedAgain = false
            issuedAt = rotatedAt
            rotatedAt = time
            return true
        }
        let isLast = token == "rt.\(number - 1)"
        switch rotation.retryWindow {
        case .unbounded where isLast: return true
        case .seconds(let window) where isLast && time <= rotatedAt.adding(seconds: window): return true
        case .unbounded, .seconds, .never: break
        }
        let isUnknown = isLast && (isGivenInVain || isHeldUp)
        let chance = issuedAt.adding(seconds: StrictProviders.accessLifetime - StrictProviders.lastChance)
        guard isUnknown, !isTriedAgain, time >= chance else {
            spentTwice += 1
            return false
        }
        isTriedAgain = true
        triedAgain += 1
        return false
    }
}

extension AnswerFailure {
    fileprivate static let throttled = AnswerFailure(
        errorClass: .rateLimited, code: "http-429", retryAfter: 600, needsConfirmation: false, note: nil)
}
