/// What a file of `claviger apply` can speak of.
enum AppliedKind: String, Codable, CaseIterable, Sendable {
    case resourceServer = "resource_server"
    case account, organization, member, integration, app

    /// One of them, for people.
    var noun: String { rawValue.replacing("_", with: " ") }
    /// The key of a list of them.
    var list: String { rawValue + "s" }
}
