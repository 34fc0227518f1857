/// Some of what is to be ended again, on its way to who can do it.
struct RevocationBatch: Codable, Sendable {
    let revocations: [Revocation]
    /// Whether everything is undone afterwards: what is answered is what would be done.
    let isTrial: Bool
}
