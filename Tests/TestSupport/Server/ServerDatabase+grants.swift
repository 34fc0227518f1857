import CredentialFormat
import Foundation
import Model

extension ServerDatabase {
    /// What a member grants an app, written past the server: no call of the management API makes one.
    ///
    /// - Returns: The identifier of the grant.
    package func insertGrant(
        to app: String, by member: String, in organization: String, scopes: String
    ) async throws -> String {
        guard let app = ID<App>(parsing: app), let member = ID<Member>(parsing: member),
            let organization = ID<Organization>(parsing: organization)
        else { throw ServerFailure("No identifiers.") }
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let id = ID<Grant>(at: now)
        let identifiers = [id.value, app.value, member.value, organization.value].map(Self.hexadecimal)
        let columns = "id, app_id, member_id, organization_id, scopes, created_at, consented_at"
        func statement(_ literal: (String) -> String) -> String {
            """
            INSERT INTO user_grant (\(columns))
            VALUES (\(identifiers.map(literal).joined(separator: ", ")), '\(scopes)', \(now), \(now))
            """
        }
        if let postgres {
            try await postgres.execute(statement { "'\\x\($0)'" })
        } else {
            let script = """
                import sqlite3, sys
                connection = sqlite3.connect(sys.argv[1], timeout=10)
                connection.execute(sys.argv[2])
                connection.commit()
                """
            let path = folder.path + "/data/claviger.db"
            let run = try await FinishedCommand.python(["-c", script, path, statement { "x'\($0)'" }])
            guard run.status == 0 else { throw ServerFailure(run.text) }
        }
        return id.description
    }

    private static func hexadecimal(_ value: UInt128) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}
