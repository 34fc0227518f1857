/// What happened, in numbers, and every refresh token that was spent twice.
struct Ledger {
    enum Event: String, CaseIterable, Sendable {
        case requests
        case consents
        case denials
        case codesRedeemed = "codes_redeemed"
        case renewals
        case inspections
        case revocations
        case refusals
        case faults
        case lostResponses = "lost_responses"
        case doubleSpends = "double_spends"
        /// Those of them where the answer to the first use was lost.
        case doubleSpendsAfterLoss = "double_spends_after_loss"
        /// Uses of a replaced refresh token that the provider's rotation allows.
        case repeatsInGrace = "repeats_in_grace"
    }

    /// What a provider made of a refresh token that was used again.
    enum Outcome: String {
        case refused
        case grantEnded = "grant ended"
        /// Allowed: the answer was given once more.
        case answeredAgain = "answered again"
    }

    /// A refresh token of a rotating provider that was used again.
    struct DoubleSpend {
        let at: Int
        let grant: Int
        let provider: ProviderName
        let account: String
        let client: String
        let token: String
        let count: Int
        let firstUse: Int
        let isAfterLoss: Bool
        let who: String
        let outcome: Outcome

        var json: JSONValue {
            [
                "time": .text(HTTPDate(at).rfc3339), "provider": .text(provider.rawValue), "account": .text(account),
                "client_id": .text(client), "token": .text(token), "spent": .integer(count),
                "first_spent": .text(HTTPDate(firstUse).rfc3339), "first_response": isAfterLoss ? "lost" : "delivered",
                "who": .text(who), "outcome": .text(outcome.rawValue),
            ]
        }
    }

    /// One request, for tests that count them.
    struct Line {
        let at: Int
        let provider: ProviderName
        let role: Role
        let method: String
        let path: String
        let client: String?
        let account: String?
        let who: String
        let status: Int
        let isLost: Bool
        let fault: Fault.Kind?

        var json: JSONValue {
            [
                "time": .text(HTTPDate(at).rfc3339), "provider": .text(provider.rawValue),
                "role": .text(role.rawValue), "method": .text(method), "path": .text(path),
                "client_id": client.map { .text($0) } ?? .null, "account": account.map { .text($0) } ?? .null,
                "who": .text(who), "status": .integer(status), "lost": .bool(isLost),
                "fault": fault.map { .text($0.rawValue) } ?? .null,
            ]
        }
    }

    private var counts: [ProviderName: [Event: Int]] = [:]
    private var doubleSpends: [DoubleSpend] = []
    /// A ring: the oldest makes room.
    private var lines: [Line] = []
    private var nextLine = 0

    static let mostDoubleSpends = 10_000
    static let mostLines = 20_000

    mutating func count(_ event: Event, of provider: ProviderName) {
        counts[provider, default: [:]][event, default: 0] += 1
    }

    mutating func note(_ spend: DoubleSpend) {
        if spend.outcome == .answeredAgain {
            count(.repeatsInGrace, of: spend.provider)
        } else {
            count(.doubleSpends, of: spend.provider)
            if spend.isAfterLoss { count(.doubleSpendsAfterLoss, of: spend.provider) }
        }
        if doubleSpends.count < Self.mostDoubleSpends { doubleSpends.append(spend) }
    }

    mutating func note(_ line: Line) {
        count(.requests, of: line.provider)
        if line.fault != nil { count(.faults, of: line.provider) }
        if line.isLost { count(.lostResponses, of: line.provider) }
        if lines.count < Self.mostLines {
            lines.append(line)
        } else {
            lines[nextLine] = line
            nextLine = (nextLine + 1) % Self.mostLines
        }
    }

    /// The newest requests, in their order, among those that `isWanted`.
    func requests(_ most: Int, where isWanted: (Line) -> Bool) -> [Line] {
        let ordered = lines[nextLine...] + lines[..<nextLine]
        return ordered.reversed().lazy.filter(isWanted).prefix(max(0, most)).reversed()
    }

    mutating func clear() { self = Ledger() }

    /// - Parameter wanted: One provider, or all that did anything.
    func json(_ wanted: ProviderName?, now: Int) -> JSONValue {
        let named = ProviderName.allCases.filter { wanted == nil ? counts[$0] != nil : $0 == wanted }
        let providers = named.map { provider in
            let members = Event.allCases.map { event in
                JSONValue.Member(name: event.rawValue, value: .integer(counts[provider]?[event] ?? 0))
            }
            return JSONValue.Member(name: provider.rawValue, value: .object(members))
        }
        let spends = doubleSpends.filter { wanted == nil || $0.provider == wanted }
        return [
            "time": .text(HTTPDate(now).rfc3339), "providers": .object(providers),
            "double_spends": .list(spends.filter { $0.outcome != .answeredAgain }.map(\.json)),
            "repeats": .list(spends.filter { $0.outcome == .answeredAgain }.map(\.json)),
        ]
    }
}
