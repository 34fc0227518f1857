import Foundation
import Model

/// What `claviger init` tells: for people, or as one JSON object for programs. Secrets in it are shown this once.
struct InitialReport: Encodable {
    /// Whether anything was set up.
    let created: Bool
    var account: Account?
    var admin: Admin?
    /// Nil where a file has it.
    var operatorKey: String?
    var operatorKeyFile: String?
    var operatorKeyExpiresAt: String?

    struct Account: Encodable {
        let id: String
        let name: String
    }

    struct Admin: Encodable {
        let email: String
        /// Nil where somebody said it.
        let password: String?
    }

    private enum CodingKeys: String, CodingKey {
        case created, account, admin
        case operatorKey = "operator_key"
        case operatorKeyFile = "operator_key_file"
        case operatorKeyExpiresAt = "operator_key_expires_at"
    }

    /// Of a database that was set up before.
    static let untouched = InitialReport(created: false)

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    var text: String {
        guard created, let account, let admin else { return "The database was set up before; nothing was changed." }
        let shown = operatorKey ?? operatorKeyFile.map { "in \($0)" } ?? ""
        var lines = [
            operatorKey == nil && admin.password == nil ? "Done." : "Done. What follows is shown this once.", "",
            "operator key    \(shown)",
            "                good until \(operatorKeyExpiresAt ?? ""); before that, make another: claviger operator-key new",
            "account         \(account.id)  \(account.name)",
            "admin           \(admin.email)",
        ]
        if let password = admin.password { lines.append("admin password  \(password)") }
        return lines.joined(separator: "\n")
    }
}
