import HTTPTypes
import Locking
import Model
import NIOHTTP1
import Policy
import ProductDefinition

/// What a gateway's rule asks: what it needs of the caller, and how it wants to hear of a limit.
struct GatewayQuestion: Sendable {
    /// How a limit is told (`on_limit`).
    enum LimitAnswer: Sendable {
        /// 429.
        case tooManyRequests
        /// 403 with a reason, for gateways that make a 500 of a 429.
        case forbidden
    }

    /// The scopes that the route needs, which may be none.
    var scopes = ScopeSet.empty
    var onLimit = LimitAnswer.tooManyRequests
    /// How many calls it counts as under rate limits.
    var cost = 1
    /// What answers say of scopes that go.
    var ending: EndingFields?
}

/// What answers to routes that want a scope which goes say of that. What comes first counts where several go.
struct EndingFields: Sendable {
    /// `Deprecation`: a date of structured fields (RFC 9745 §2.1).
    let deprecation: String
    /// `Sunset`: a date of HTTP (RFC 8594 §3), nil where the end is not known yet.
    let sunset: String?

    /// Nil where all of them stay.
    init?(_ scopes: ScopeSet, of catalogue: ScopeCatalogue) {
        let endings = scopes.scopes.compactMap { catalogue[$0]?.ending }
        guard let since = endings.map(\.deprecatedSince).min() else { return nil }
        deprecation = "@\(since.seconds)"
        sunset = endings.compactMap(\.endsAt).min().map { CivilTime($0).httpDate }
    }
}

/// A slip in a gateway's rule: it would open or close a route unseen, so it is refused, whoever calls.
struct GatewaySlip: Error {
    /// What is wrong, for whoever wrote the rule. Has of what was sent only what can be no secret.
    let explanation: String
}

/// Reads gateways' questions, from the query of `/verify` or, where the caller's own target stands behind the path, from
/// `X-Claviger-Scope`.
struct GatewayQuestions: Sendable {
    private let catalogue: ScopeCatalogue
    private let allowsQueryCredentials: Bool
    private let queries = KnownQuestions()
    private let fields = KnownQuestions()

    init(_ product: Product) {
        catalogue = product.scopes
        allowsQueryCredentials = product.policy.queryCredentials
    }

    private static let scopeField = "X-Claviger-Scope"

    /// The question that a request is.
    func question(of request: HotRequest) throws(GatewaySlip) -> GatewayQuestion {
        guard request.original == nil else { return try prefixed(request) }
        guard let query = request.query, !query.isEmpty else { return GatewayQuestion() }
        if let known = queries[query] { return known }
        let parameters = QueryParameters(query)
        // The gateway appends its caller's query then. It is another one for each caller, and has a secret.
        let isCallers = allowsQueryCredentials && parameters.pairs.contains { $0.name == Self.credentialParameter }
        let question = try question(in: parameters, isCallers: isCallers)
        if !isCallers { queries.remember(question, for: query) }
        return question
    }

    private static let credentialParameter = "Authorization"

    /// The query is the caller's own there, and nothing in it counts.
    private func prefixed(_ request: HotRequest) throws(GatewaySlip) -> GatewayQuestion {
        guard let text = request.field(Self.scopeField) else { return GatewayQuestion() }
        // The gateway adds one. A second is the caller's.
        guard request.headers[Self.scopeField].count == 1 else {
            throw GatewaySlip(explanation: "\(Self.scopeField) was sent twice")
        }
        if let known = fields[Substring(text)] { return known }
        var question = GatewayQuestion(scopes: try scopes(text, of: Self.scopeField))
        question.cost = catalogue.cost(of: question.scopes)
        question.ending = EndingFields(question.scopes, of: catalogue)
        fields.remember(question, for: Substring(text))
        return question
    }

    /// - Parameter isCallers: Whether the caller may have written a part of it. That part chooses no cost below one, nor below that of the scopes.
    private func question(
        in parameters: QueryParameters, isCallers: Bool
    ) throws(GatewaySlip) -> GatewayQuestion {
        var question = GatewayQuestion()
        var seen: Set<String> = []
        var cost: Int?
        for (name, value) in parameters.pairs {
            guard let name, let value else { throw GatewaySlip(explanation: "a parameter is not well-formed") }
            switch name {
            case "scope": question.scopes = try scopes(value, of: name)
            case "on_limit": question.onLimit = try onLimit(value)
            case "cost": cost = try self.cost(value)
            case Self.credentialParameter where allowsQueryCredentials: continue
            default:
                let known = "it has scope, cost and on_limit"
                throw GatewaySlip(explanation: "/verify has no parameter \(Scope.told(name)); \(known)")
            }
            guard seen.insert(name).inserted else { throw GatewaySlip(explanation: "\(name) was sent twice") }
        }
        let ofScopes = catalogue.cost(of: question.scopes)
        question.cost = isCallers ? max(1, ofScopes, cost ?? 0) : cost ?? ofScopes
        question.ending = EndingFields(question.scopes, of: catalogue)
        return question
    }

    private func cost(_ text: String) throws(GatewaySlip) -> Int {
        guard let cost = Int(text), ScopeDefinition.costRange.contains(cost), "\(cost)" == text else {
            let range = ScopeDefinition.costRange
            throw GatewaySlip(explanation: "cost is a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return cost
    }

    private func onLimit(_ text: String) throws(GatewaySlip) -> GatewayQuestion.LimitAnswer {
        switch text {
        case "403": .forbidden
        case "429": .tooManyRequests
        default: throw GatewaySlip(explanation: "on_limit is 403 or 429")
        }
    }

    private func scopes(_ text: String, of place: String) throws(GatewaySlip) -> ScopeSet {
        guard let scopes = ScopeSet(parsing: text) else {
            throw GatewaySlip(explanation: "\(place) is not a list of scopes with one space between each two")
        }
        guard let unknown = scopes.scopes.first(where: { !isKnown($0) }) else { return scopes }
        throw GatewaySlip(explanation: "the scope \(Scope.told(unknown.name)) is not in the catalogue")
    }

    /// Whether a credential could have it.
    private func isKnown(_ scope: Scope) -> Bool {
        catalogue.contains(scope) || Permission(scope) != nil || IdentityScope(scope) != nil
    }
}

/// Questions that were read before. A gateway asks the same few again and again; beyond 256 nothing is remembered (law 7).
private final class KnownQuestions: Sendable {
    private let known = Lock<[Substring: GatewayQuestion]>([:])

    subscript(text: Substring) -> GatewayQuestion? { known.withLock(\.self)[text] }

    func remember(_ question: GatewayQuestion, for text: Substring) {
        guard text.utf8.count <= 256 else { return }
        known.withLock { known in
            // A copy, because the text is a part of the request's.
            if known.count < 256 { known[Substring(String(text))] = question }
        }
    }
}

/// Warns of slips in gateways' rules. Each is told once in ten minutes, and no more than ten in that time (law 7): where
/// `/verify` is open to everybody, anybody can make some.
package final class GatewaySlipLog: Sendable {
    private struct State {
        var told: Set<String> = []
        var since = Instant(milliseconds: 0)
    }

    private static let most = 10
    private static let seconds = 600

    private let warn: @Sendable (String) -> Void
    private let state = Lock(State())

    /// - Parameter warn: Takes what is wrong with a rule.
    package init(warn: @escaping @Sendable (String) -> Void) {
        self.warn = warn
    }

    func note(_ slip: GatewaySlip, at now: Instant) {
        let isNew = state.withLock { state in
            let age = now.seconds(since: state.since)
            if age < 0 || age >= Self.seconds { state = State(since: now) }
            return state.told.count < Self.most && state.told.insert(slip.explanation).inserted
        }
        if isNew { warn(slip.explanation) }
    }
}
