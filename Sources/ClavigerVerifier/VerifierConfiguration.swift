/// How a backend reaches Claviger, and how much it remembers.
public struct VerifierConfiguration: Sendable {
    /// Where nodes of Claviger answer, such as `https://claviger.example.com`, without a final slash. Several are asked one after
    /// another where the first does not answer. Never empty.
    public var addresses: [String]
    /// The identifier of the resource server that this backend is (`rsv_…`).
    public var clientID: String
    /// Its secret.
    public var clientSecret: String
    /// Named in challenges to callers (RFC 6750 §3).
    public var realm = "API"
    /// Whether the revocation feed is followed. Otherwise nothing is remembered, and each check is one question.
    public var followsRevocations = true
    /// How many credentials are remembered at most. Those that were not used lately go first.
    public var maximumEntries = 100_000
    /// How many questions are asked at once at most. Who would ask another one is answered with 503.
    public var maximumQuestions = 1000

    /// - Parameters:
    ///   - address: Where Claviger answers.
    ///   - clientID: The identifier of the resource server that this backend is.
    ///   - clientSecret: Its secret.
    public init(address: String, clientID: String, clientSecret: String) {
        addresses = [address]
        self.clientID = clientID
        self.clientSecret = clientSecret
    }
}

extension VerifierConfiguration: CustomStringConvertible, CustomReflectable {
    /// Without the secret.
    public var description: String { "\(clientID) at \(addresses.joined(separator: ", "))" }
    /// Nothing to reflect upon.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
