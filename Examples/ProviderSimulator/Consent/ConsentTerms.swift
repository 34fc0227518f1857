/// How a provider's consent page is asked for and how it answers.
struct ConsentTerms: Sendable {
    var clientParameter = "client_id"
    var separator: Character = " "
    /// Whether people may leave out single scopes.
    var mayUntick = false
    /// Whether people choose among pages or locations.
    var offersChildren = false
    /// Whether a refresh token comes with it; else the grant is for an hour or so.
    var isOffline = true
    var demandsChallenge = false
    /// Asked for where the request names none.
    var defaultScopes: [String] = []
}

/// What somebody agreed to.
struct ConsentWish {
    let provider: ProviderName
    let client: String
    let account: Int
    let asked: [String]
    let scopes: [String]
    /// The places of the pages that were ticked; nil for all.
    let children: [Int]?
    let redirectURI: String
    let challenge: String?
    let isOffline: Bool
    var personScopes: [String] = []
}

/// What the browser takes back to the client.
struct Callback {
    var parameters: Parameters
    var fragment = ""
}
