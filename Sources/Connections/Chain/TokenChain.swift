import Model
import ProviderDefinition
import TextForms

/// The requests that lead from a code, a refresh token or an access token to tokens and what is below them, one after the other as the
/// provider's file says.
struct TokenChain {
    /// How long all of them may take; the lease of a renewal is longer.
    private static let budget = Duration.seconds(40)
    private static let longestRequest = Duration.seconds(20)
    /// More requests than any account should need; what comes after is left out.
    private static let maximumRequests = 200
    private static let maximumChildren = 2000

    /// Why it ended early.
    enum Fault: Error {
        case failed(AnswerFailure)
        case notSent(code: String)
        case lost(code: String)
    }

    let provider: Provider
    private let transport: any ProviderTransport
    private let begun = ContinuousClock.now
    private var requests = 0
    private var hasNewToken = false
    private(set) var values: RequestValues
    private(set) var answer = TokenAnswer()
    /// Nil where nothing says anything of children, or where not all of it could be heard.
    private(set) var children: [ChildAnswer]?
    /// The steps that were refused for want of a permission.
    private(set) var withheld: [String] = []

    /// - Parameter held: What is known before the first answer.
    init(
        _ provider: Provider, over transport: any ProviderTransport, with values: RequestValues,
        holding held: TokenAnswer = TokenAnswer()
    ) {
        self.provider = provider
        self.transport = transport
        self.values = values
        answer = held
    }

    /// From the code of a consent to a connection.
    mutating func connect() async throws(Fault) {
        children = []
        try await exchange(provider.token)
        for step in provider.steps {
            try await follow(step, isConnecting: true)
        }
    }

    /// From tokens that somebody else holds to a connection: the steps that always follow, without an exchange.
    mutating func adopt() async throws(Fault) {
        children = []
        for step in provider.steps where step.occasion == .always {
            try await follow(step, isConnecting: true)
        }
    }

    /// Renews, and looks at what is below anew. Once other tokens are there, nothing that follows makes it fail: they may be the only ones
    /// that work.
    mutating func renew() async throws(Fault) {
        var steps = provider.steps.filter { $0.occasion == .always && isNews(from: $0) }
        var isOptional = true
        children = []
        switch provider.renewal.grant {
        case .refreshToken(let request), .accessToken(let request): try await exchange(request)
        case .chain(from: let name):
            steps = Array(steps.drop { $0.name != name })
            isOptional = false
        case .none:
            throw .failed(.ours(.reauthRequired, "not_renewable"))
        }
        let isListed = steps.contains { $0.children != nil }
        var isWhole = true
        for step in steps {
            do {
                try await follow(step, isConnecting: false)
            } catch {
                isWhole = false
                // The first step of a chain is the renewal itself; after it, only what says that the token is dead counts.
                guard isOptional || (hasNewToken && !error.isDefinite) else { throw error }
            }
        }
        // What came along with the tokens may be left out of a renewal; what is not listed anew is not gone.
        if !isWhole || (!isListed && children?.isEmpty == true) { children = nil }
    }

    /// Whether a step says anything that is not known since the consent. Each request less is one less of the client's quota.
    private func isNews(from step: ChainStep) -> Bool {
        step.children != nil || step.answer.saysMoreThanWho
            || (!step.answer.accountIdentifier.isEmpty && values[.accountIdentifier] == nil)
    }

    // MARK: One request

    private mutating func exchange(_ exchange: TokenExchange) async throws(Fault) {
        let body = try await perform(exchange.request, for: .token)
        let found = exchange.answer.extract(from: body)
        guard exchange.missing(in: found) != .accessToken else { throw .lost(code: "no-access-token") }
        if provider.token == exchange, exchange.missing(in: found) == .refreshToken {
            throw .failed(.ours(.reauthRequired, "no_refresh_token"))
        }
        take(found)
        if let map = exchange.children { add(map.children(in: body)) }
    }

    private mutating func follow(_ step: ChainStep, isConnecting: Bool) async throws(Fault) {
        do {
            guard let kind = step.perChild else {
                values[.parentIdentifier] = nil
                return try await follow(step)
            }
            for parent in children ?? [] where parent.kind == kind {
                values[.parentIdentifier] = parent.identifier
                try await follow(step)
            }
        } catch {
            // A permission that the user left out is no reason not to connect, unless without it nobody knows who connected.
            guard isConnecting, case .failed(let failure) = error, failure.errorClass == .permissionMissing,
                step.answer.accessToken.isEmpty, step.answer.accountIdentifier.isEmpty
            else { throw error }
            withheld.append(step.name)
        }
    }

    /// A step, with all pages of its list.
    private mutating func follow(_ step: ChainStep) async throws(Fault) {
        var body = try await perform(step.request, for: step.answer.accessToken.isEmpty ? .use : .token)
        take(step.answer.extract(from: body))
        guard let map = step.children else { return }
        add(map.children(in: body))
        while let next = try made(nextPageOf: step, after: body), hasRoom {
            body = try await perform(next, as: step.request, for: .use)
            add(map.children(in: body))
        }
    }

    private var hasRoom: Bool {
        requests < Self.maximumRequests && (children?.count ?? 0) < Self.maximumChildren
    }

    private func made(nextPageOf step: ChainStep, after body: JSONValue) throws(Fault) -> ProviderRequest? {
        do {
            return try provider.request(step, after: body, with: values)
        } catch {
            throw .failed(error.failure)
        }
    }

    private mutating func perform(
        _ template: RequestTemplate, for purpose: RequestPurpose
    ) async throws(Fault) -> JSONValue {
        let request: ProviderRequest
        do {
            request = try provider.request(template, with: values)
        } catch {
            throw .failed(error.failure)
        }
        return try await perform(request, as: template, for: purpose)
    }

    private mutating func perform(
        _ request: ProviderRequest, as template: RequestTemplate, for purpose: RequestPurpose
    ) async throws(Fault) -> JSONValue {
        let left = Self.budget - (ContinuousClock.now - begun)
        guard left > .zero, requests < Self.maximumRequests else { throw .notSent(code: "out-of-time") }
        requests += 1
        let response = await transport.send(
            request, within: provider.hosts, timeout: min(left, Self.longestRequest))
        switch response {
        case .notSent(let code): throw .notSent(code: code)
        case .lost(let code): throw .lost(code: code)
        case .answered(let answer):
            let body = answer.value
            if case .failure(let failure) = provider.judge(answer, saying: body, to: template, for: purpose) {
                // It did what it was asked to, and what it said of it cannot be read.
                if purpose == .token, (200...299).contains(answer.status), body == nil {
                    throw .lost(code: failure.code)
                }
                throw .failed(failure)
            }
            return body ?? .null
        }
    }

    // MARK: What is known

    private mutating func take(_ found: TokenAnswer) {
        answer.take(found)
        if found.accessToken != nil { hasNewToken = true }
        if let token = found.accessToken { values[.accessToken] = token }
        if let token = found.refreshToken { values[.refreshToken] = token }
        if let account = found.accountIdentifier { values[.accountIdentifier] = account }
        for (name, value) in found.metadata { values[.metadata(name)] = value }
    }

    private mutating func add(_ found: [ChildAnswer]) {
        var known = children ?? []
        for child in found {
            if let place = known.firstIndex(where: { $0.kind == child.kind && $0.identifier == child.identifier }) {
                known[place] = child
            } else if known.count < Self.maximumChildren {
                known.append(child)
            }
        }
        children = known
    }
}

extension TokenChain.Fault {
    /// Whether it says that the token is dead, or that people must act.
    fileprivate var isDefinite: Bool {
        guard case .failed(let failure) = self else { return false }
        switch failure.errorClass {
        case .renewThenReauth, .reauthRequired, .revoked, .userAction: return true
        case .retry, .rateLimited, .permissionMissing, .blocked, .configError: return false
        }
    }
}

extension TokenAnswer {
    /// What a later answer says replaces what was said before.
    fileprivate mutating func take(_ later: TokenAnswer) {
        accessToken = later.accessToken ?? accessToken
        refreshToken = later.refreshToken ?? refreshToken
        accessExpiry = later.accessExpiry ?? accessExpiry
        refreshExpiry = later.refreshExpiry ?? refreshExpiry
        dataAccessExpiry = later.dataAccessExpiry ?? dataAccessExpiry
        scopes = later.scopes ?? scopes
        accountIdentifier = later.accountIdentifier ?? accountIdentifier
        accountName = later.accountName ?? accountName
        metadata.merge(later.metadata) { $1 }
    }
}

extension AnswerFailure {
    /// An error that is ours to name.
    static func ours(_ errorClass: ErrorClass, _ code: String) -> AnswerFailure {
        AnswerFailure(errorClass: errorClass, code: code, retryAfter: nil, needsConfirmation: false, note: nil)
    }
}

extension RequestFailure {
    /// What it means for a connection: a token that is not there takes a new consent, all else is the operator's matter.
    var failure: AnswerFailure {
        switch self {
        case .missing(.refreshToken): .ours(.reauthRequired, "no_refresh_token")
        case .missing(.accessToken): .ours(.reauthRequired, "no_access_token")
        case .missing(let value): .ours(.configError, "missing-\(value.name)")
        case .malformed(let value): .ours(.configError, "malformed-\(value.name)")
        case .hostNotAllowed: .ours(.configError, "host-not-allowed")
        }
    }
}
