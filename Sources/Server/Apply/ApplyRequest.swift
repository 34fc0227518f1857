/// What a command asks for that brings the database to what a file says.
struct ApplyRequest: Codable, Sendable {
    /// As the operator named it, for messages.
    let file: String
    /// What is in it.
    let text: String
    /// Of which kinds what the file does not mention is deleted, in the lists that it has.
    let pruning: Set<AppliedKind>
    /// The digest of the plan that somebody has seen; nil to have one made and nothing changed.
    var planDigest: String?
}
