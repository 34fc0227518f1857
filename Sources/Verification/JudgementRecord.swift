package import CredentialFormat
package import Limits
package import Model
package import Policy

/// What a judgement did: who proved what, which rules were asked, which of them refused, and what was used. A request may be
/// judged several times before it is answered; whoever answers takes the record of the judgement that it answers by, and has it
/// counted once (``CredentialVerifier/count(_:at:)``).
package struct JudgementRecord: Sendable {
    /// The client that proved who it is, if one did.
    package private(set) var client: KnownClient?
    /// The secret by which it did, none for a public client.
    private(set) var secret: UsageCell?
    /// The access key that said for whom it acts.
    private var accessKey: UsageCell?
    /// From where the client came, nil if nobody knows.
    private(set) var clientAddress: IPAddress?
    /// The bearer credential that was judged, if there is such a one.
    package private(set) var credential: KnownCredential?
    /// From where the credential was used, nil if nobody knows.
    private(set) var address: IPAddress?
    /// The scopes that it was held against, as one text.
    private(set) var askedScopes = ""
    /// The rule that refused the credential, nil if none did.
    package private(set) var refusal: Verdict.Rule?
    /// The client that the request names and that there is, whether it proved to be it or not.
    private var named: KnownClient?
    /// The client that the request names with a secret that is not its own, whether there is such a client or not.
    package private(set) var unproven: ClientID?
    /// What was refused, if it is somebody's.
    package private(set) var refused: RefusedRequest?
    /// Those that were asked, a bit each.
    private var askedRules: UInt16 = 0

    package init() {}

    /// Whether the credential was held against a rule. Those behind the one that refused were not asked.
    package func asked(_ rule: Verdict.Rule) -> Bool { askedRules & rule.bit != 0 }

    /// There is the client that the request names.
    package mutating func names(_ client: KnownClient) {
        named = client
    }

    /// A secret is shown that is none of this client's.
    package mutating func failsToProve(_ client: ClientID) {
        unproven = client
    }

    /// The request is refused. Of a credential or client that nobody knows, nothing is noted.
    package mutating func refuses(
        at door: KeptRefusal.Door, by rule: String, asking scopes: ScopeSet = .empty, from address: IPAddress?,
        in organization: ID<Organization>? = nil, grantType: String? = nil
    ) {
        let subject =
            credential.map(RefusedRequest.Subject.credential)
            ?? (client ?? named).map(RefusedRequest.Subject.client)
        refused = subject.map {
            RefusedRequest(
                $0, isProven: credential != nil || client != nil, door, rule, scopes: scopes, address: address,
                organization: organization, grantType: grantType)
        }
    }

    /// A client has proved who it is.
    ///
    /// - Parameter secret: Nil for one that has none.
    package mutating func proved(_ client: KnownClient, by secret: UsageCell?, from address: IPAddress?) {
        self.client = client
        self.secret = secret
        clientAddress = address
    }

    /// The client acts for whom this access key says.
    package mutating func acts(by accessKey: UsageCell) {
        self.accessKey = accessKey
    }

    /// A bearer credential is judged.
    ///
    /// - Parameter scopes: What it must have, as one text.
    mutating func judges(_ credential: KnownCredential, asking scopes: String, from address: IPAddress?) {
        self.credential = credential
        self.address = address
        askedScopes = scopes
    }

    /// Asks a rule, which refuses unless `isKept`.
    @inline(__always)
    mutating func passes(_ rule: @autoclosure () -> Verdict.Rule, _ isKept: Bool) -> Bool {
        askedRules |= rule().bit
        if !isKept { refusal = rule() }
        return isKept
    }

    /// Which limits the call that was judged counts under: those of its credential's account and its own, once all rules before had let it pass (law 4).
    package var rateLimits: RateLimitSet? {
        guard let credential, asked(.scope(.empty)) else { return nil }
        return credential.callLimits
    }

    /// Which limits the tokens of the client count under that proved who it is: those of its account.
    package var tokenLimits: RateLimitSet? { client?.standing.rateLimits?.tokens }

    /// A limit refuses the call, whatever rules behind it said.
    package mutating func refusesByRate() {
        _ = refuse(.rate)
    }

    /// A rule refuses.
    mutating func refuse(_ rule: Verdict.Rule) -> Verdict {
        askedRules |= rule.bit
        refusal = rule
        return .refused(rule)
    }
}

extension JudgementRecord {
    /// What was used: a call is one use of the client's secret and of the access key that came with it, whether it is refused or
    /// not, and one of the credential that it shows if that is admitted. Tokens have no row: one of an app is a use of the app and
    /// of the grant, any other is not counted.
    func count(in usage: UsageLedger, at now: Instant) {
        if let secret {
            usage.count(secret, at: now, from: clientAddress)
            if let app = client?.usage { usage.count(app, at: now, from: clientAddress) }
        }
        if let accessKey { usage.count(accessKey, at: now, from: clientAddress) }
        guard refusal == nil, let credential else { return }
        if let cell = credential.usage { usage.count(cell, at: now, from: address) }
        guard let lineage = credential.lineage else { return }
        usage.count(lineage.usage, at: now, from: address)
        if case .accessToken(let token) = credential, let app = token.client.usage {
            usage.count(app, at: now, from: address)
        }
    }
}

extension Verdict.Rule {
    /// Its place in the order of law 4, as a bit.
    fileprivate var bit: UInt16 {
        switch self {
        case .malformed: 1 << 0
        case .unknown: 1 << 1
        case .revoked: 1 << 2
        case .disabled: 1 << 3
        case .expired: 1 << 4
        case .suspended: 1 << 5
        case .plan: 1 << 6
        case .address: 1 << 7
        case .audience: 1 << 8
        case .organization: 1 << 9
        case .scope: 1 << 10
        case .rate: 1 << 11
        }
    }
}
