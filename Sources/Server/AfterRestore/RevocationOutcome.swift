/// How it went with one.
struct RevocationOutcome: Codable, Sendable {
    enum Kind: String, Codable, Sendable {
        case done
        /// It was so already, or is not there.
        case needless
        /// The reason says why.
        case left
    }

    let kind: Kind
    var reason: String?
}
