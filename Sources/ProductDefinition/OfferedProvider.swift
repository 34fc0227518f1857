package import DefinitionFile

/// A provider whose accounts customers may connect, with the operator's own client there.
package struct OfferedProvider: Sendable, Hashable {
    /// Where the client's secret comes from.
    package enum SecretSource: Sendable, Hashable {
        /// Sealed in the database, set by a command or on a page; two of them side by side while it is rotated.
        case store
        /// A file that only its owner may read, with one secret on each line, the newest first.
        case file(String)
    }

    /// The identifier of a provider file.
    package let provider: String
    /// The operator's client at the provider.
    package let clientIdentifier: String
    package let secret: SecretSource
    /// What consents ask for, nil for what the provider file says.
    package let scopes: [String]?
    /// Values for the provider's variables, the same for every connection.
    package let variables: [String: String]
    /// How many calls a second the client makes on a node, nil for the usual number.
    package let callsPerSecond: Int?
    /// Where the file offers it, nil where no file does.
    package let place: FilePlace?

    package init(
        provider: String, clientIdentifier: String, secret: SecretSource = .store, scopes: [String]? = nil,
        variables: [String: String] = [:], callsPerSecond: Int? = nil, place: FilePlace? = nil
    ) {
        self.provider = provider
        self.clientIdentifier = clientIdentifier
        self.secret = secret
        self.scopes = scopes
        self.variables = variables
        self.callsPerSecond = callsPerSecond
        self.place = place
    }

    /// The most that a product offers.
    static let maximumCount = 64
}
