import TestSupport
import Testing

private let product = """
    product:
      name: Threatened
    scopes:
      data.read: { description: Read }
      data.write: { description: Write }
    policy:
      organization_header: X-Organization
      query_credentials: true
    """

/// The classes of attack of `docs/threat-model.md`, each named by its letter and number. What stands here is held against
/// one running server, whose suite it is.
@Suite("Threats", .server(product: product))
enum Threats {
    /// Management scopes with which a test sees what it made.
    static let ownKeys = ["claviger:api-keys.read", "claviger:api-keys.manage", "data.read"]
}

extension Answer {
    /// All of it but for what differs between any two replies.
    var steady: [String] {
        let known = headers.filter { !["date", "x-request-id"].contains($0.key) }
        let body = text.replacing(/"request_id":"[^"]*"/, with: "")
        return ["\(status)", body] + known.map { "\($0.key): \($0.value)" }.sorted()
    }
}
