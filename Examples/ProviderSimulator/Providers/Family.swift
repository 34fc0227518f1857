/// Providers that answer in one manner.
protocol Family: Sendable {
    /// What the tokens of its providers live by, at first.
    var rules: [ProviderName: TokenRules] { get }
    /// The provider that answers a call; nil unless the host is one of its hosts.
    func provider(of call: Call) -> ProviderName?
    func shape(of provider: ProviderName) -> TokenShape
    /// How consent is asked for here; nil unless this is a consent page.
    func consent(at call: Call, _ provider: ProviderName) -> ConsentTerms?
    /// What the browser brings back after a yes.
    func granted(_ grant: Grant, _ code: String, _ call: Call, _ world: World) -> Callback
    /// The same after a no.
    func denied(_ call: Call, _ provider: ProviderName) -> Callback
    func answer(_ call: Call, _ provider: ProviderName, _ world: World) throws(Refused) -> Reply
    /// A refusal in the provider's words.
    func refusal(_ refused: Refused, _ provider: ProviderName, _ role: Role) -> Reply
    /// - Parameter seconds: After how long one may come back.
    func throttled(_ provider: ProviderName, _ seconds: Int) -> Reply
    func outage(_ provider: ProviderName, _ status: Int) -> Reply
    /// The shape of a token answer, for grants that are made without a consent page.
    func tokens(_ issued: Issued, _ world: World) -> JSONValue
}

extension Family {
    /// As RFC 6749 §4.1.2 has it.
    func plainGranted(_ code: String, _ call: Call) -> Callback {
        var parameters = Parameters([("code", code)])
        parameters.add("state", call.query["state"])
        return Callback(parameters: parameters)
    }

    func granted(_ grant: Grant, _ code: String, _ call: Call, _ world: World) -> Callback { plainGranted(code, call) }

    /// As RFC 6749 §4.1.2.1 has it.
    func denied(_ call: Call, _ provider: ProviderName) -> Callback {
        var parameters = Parameters([("error", "access_denied"), ("error_description", "The user denied the request.")])
        parameters.add("state", call.query["state"])
        return Callback(parameters: parameters)
    }

    func outage(_ provider: ProviderName, _ status: Int) -> Reply {
        .page("<!doctype html><title>\(status)</title><h1>Service Unavailable</h1>", status: status)
    }

    /// What stands for the rest of a provider's API: it says who called what.
    func echo(_ call: Call, _ grant: Grant) -> JSONValue {
        [
            "simulated": true, "method": .text(call.method), "path": .text(call.path),
            "account": .text(grant.account.id),
            "name": .text(grant.account.name), "received": (call.json ?? .null),
        ]
    }
}

/// All of them, and which host is whose.
struct Families: Sendable {
    let all: [any Family] = [
        FacebookFamily(), InstagramFamily(), GoogleFamily(), TikTokFamily(), TikTokBusinessFamily(), FurtherFamily(),
    ]
    private let ofProvider: [ProviderName: any Family]
    private let shapes: [ProviderName: TokenShape]

    init() {
        var ofProvider: [ProviderName: any Family] = [:]
        for family in all {
            for provider in family.rules.keys { ofProvider[provider] = family }
        }
        self.ofProvider = ofProvider
        shapes = Dictionary(uniqueKeysWithValues: ofProvider.map { ($0.key, $0.value.shape(of: $0.key)) })
    }

    var rules: [ProviderName: TokenRules] {
        all.reduce(into: [:]) { rules, family in rules.merge(family.rules) { first, _ in first } }
    }

    func provider(of call: Call) -> (any Family, ProviderName)? {
        for family in all {
            if let provider = family.provider(of: call) { return (family, provider) }
        }
        return nil
    }

    func family(of provider: ProviderName) -> (any Family)? { ofProvider[provider] }
    func shape(of provider: ProviderName) -> TokenShape { shapes[provider] ?? TokenShape() }
}
