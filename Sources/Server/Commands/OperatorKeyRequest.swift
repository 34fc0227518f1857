import Credentials
import Model

/// What a new operator key is to be.
struct OperatorKeyRequest: Codable, Sendable {
    var name: String
    /// Nil for as long as the product allows.
    var lifetimeSeconds: Int?

    /// What the one who asked is told, this once.
    static func text(of issued: Issued<APIKey>) -> String {
        """
        Done. The key is shown this once.

        operator key    \(issued.secret)
        identifier      \(issued.credential.id)
        good until      \(CivilTime(issued.credential.expiresAt).rfc3339())
        """
    }
}
