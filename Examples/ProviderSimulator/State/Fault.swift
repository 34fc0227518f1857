/// A switch that makes a provider misbehave, or makes something happen to accounts.
final class Fault {
    enum Kind: String, CaseIterable, Sendable {
        // Instead of the work.
        case serverError = "server_error"
        case rateLimited = "rate_limited"
        case timeOut = "time_out"
        case reset
        case unparsable
        // After the work.
        case loseResponse = "lose_response"
        case delay
        case wrongDate = "wrong_date"
        // In what is answered.
        case wrongClientSecret = "wrong_client_secret"
        case quotaZero = "quota_zero"
        case testingMode = "testing_mode"
        case tokenLimit = "token_limit"
        case unchangedToken = "unchanged_token"
        case omitExpiry = "omit_expiry"
        case omitRefreshToken = "omit_refresh_token"
        case scopeDowngrade = "scope_downgrade"
        case flatAnswer = "flat_answer"
        // What happens at once and stays.
        case userRemovedApp = "user_removed_app"
        case passwordChanged = "password_changed"
        case checkpoint
        case adminPolicy = "admin_policy"
        case invalidRapt = "invalid_rapt"
        case accountDisabled = "account_disabled"
        case permissionWithdrawn = "permission_withdrawn"
        case healed

        /// How it ends the grants that it strikes, if it does.
        var ending: Grant.Ending? { Grant.Ending(rawValue: rawValue) }
        /// Whether it happens once instead of standing.
        var isEvent: Bool { ending != nil || self == .permissionWithdrawn || self == .healed }
    }

    let id: Int
    let kind: Kind
    let provider: ProviderName
    /// Identifier or number of an account.
    let account: String?
    let token: String?
    let client: String?
    let role: Role?
    /// How often it strikes; nil without end.
    var times: Int?
    /// The simulated time at which it ends.
    let until: Int?
    /// Of a hundred thousand: how many requests it strikes.
    let chance: Int?
    let status: Int
    /// How long it delays, forbids to come back or shifts.
    let seconds: Int?
    let limit: Int
    /// Which permission is withdrawn; nil for all.
    let scope: String?
    /// How often it struck.
    var struck = 0

    init(id: Int, kind: Kind, provider: ProviderName, _ terms: JSONValue, now: Int) {
        self.id = id
        self.kind = kind
        self.provider = provider
        account = terms["account"]?.parameter
        token = terms["token"]?.string
        client = terms["client_id"]?.parameter
        role = terms["role"]?.string.flatMap(Role.init)
        times = terms["times"]?.integer.map { max(0, $0) }
        until = Span.seconds(terms["for"]).map { now &+ $0 }
        chance = terms["chance"]?.double.map { Int(min(max($0, 0), 1) * 100_000) }
        status = min(max(terms["status"]?.integer ?? 503, 400), 599)
        seconds = Span.seconds(terms["seconds"]).map { min(max($0, -100_000_000), 100_000_000) }
        limit = max(1, terms["limit"]?.integer ?? 100)
        scope = terms["scope"]?.string
    }

    /// What may be said of one. A name that is misspelled would strike everybody.
    private static let terms: Set<String> = [
        "kind", "provider", "account", "token", "client_id", "role", "times", "for", "chance", "status", "seconds",
        "limit", "scope",
    ]

    /// The first member that means nothing.
    static func unknownTerm(in body: JSONValue) -> String? {
        guard case .object(let members) = body else { return nil }
        return members.first { !terms.contains($0.name) }?.name
    }

    var json: JSONValue {
        [
            "id": .integer(id), "kind": .text(kind.rawValue), "provider": .text(provider.rawValue),
            "account": account.map { .text($0) } ?? .null, "token": token.map { .text($0) } ?? .null,
            "client_id": client.map { .text($0) } ?? .null, "role": role.map { .text($0.rawValue) } ?? .null,
            "times_left": times.map { .integer($0) } ?? .null, "until": until.map { .integer($0) } ?? .null,
            "struck": .integer(struck),
        ]
    }
}

/// What a request is for.
enum Role: String, CaseIterable, Sendable {
    case consent
    case token
    case renew
    case inspect
    case revoke
    case api

    init(of call: Call) {
        let grantType = call.anywhere("grant_type") ?? ""
        if ["refresh_token", "fb_exchange_token", "ig_refresh_token"].contains(grantType) {
            self = .renew
        } else if call.path.contains("revo") || call.method == "DELETE" {
            self = .revoke
        } else if call.path.contains("debug_token") || call.path.contains("tokeninfo")
            || call.path.contains("introspect") || call.path.hasPrefix("/applications/")
        {
            self = .inspect
        } else if grantType == "authorization_code" || grantType == "ig_exchange_token"
            || call.anywhere("code") != nil || call.anywhere("auth_code") != nil
        {
            self = .token
        } else if call.path.contains("auth") && call.bearer == nil && call.anywhere("response_type") != nil {
            self = .consent
        } else {
            self = .api
        }
    }
}
