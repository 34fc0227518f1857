/// The clients that providers know. One that was not registered is known by the first secret that it shows.
struct Clients {
    struct Registered {
        var secrets: [String]
        /// Empty where any address will do.
        var redirectURIs: [String]
    }

    private var known: [String: Registered] = [:]
    static let most = 10_000

    mutating func register(_ provider: ProviderName, _ client: String, secrets: [String], redirectURIs: [String])
        -> Bool
    {
        let key = Self.key(provider, client)
        guard known[key] != nil || known.count < Self.most else { return false }
        known[key] = Registered(secrets: secrets, redirectURIs: redirectURIs)
        return true
    }

    /// Whether a secret is one of the client's.
    mutating func isRight(_ secret: String, of client: String, at provider: ProviderName) -> Bool {
        let key = Self.key(provider, client)
        if let registered = known[key] { return registered.secrets.contains(secret) }
        if known.count < Self.most {
            known[key] = Registered(secrets: [secret], redirectURIs: [])
        }
        return true
    }

    /// The secret that signs what is sent to the client: its newest.
    func secret(of client: String, at provider: ProviderName) -> String? {
        known[Self.key(provider, client)]?.secrets.last
    }

    func admits(_ redirectURI: String, for client: String, at provider: ProviderName) -> Bool {
        guard let registered = known[Self.key(provider, client)], !registered.redirectURIs.isEmpty else { return true }
        return registered.redirectURIs.contains(redirectURI)
    }

    private static func key(_ provider: ProviderName, _ client: String) -> String { "\(provider.rawValue) \(client)" }
}
