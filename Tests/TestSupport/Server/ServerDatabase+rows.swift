import CredentialFormat
import Foundation
import Model

/// What no call of the management API makes, written past the server.
extension ServerDatabase {
    /// What a member grants an app.
    ///
    /// - Returns: The identifier of the grant.
    package func insertGrant(
        to app: String, by member: String, in organization: String, scopes: String
    ) async throws -> String {
        guard let app = ID<App>(parsing: app), let member = ID<Member>(parsing: member),
            let organization = ID<Organization>(parsing: organization)
        else { throw ServerFailure("No identifiers.") }
        let now = Self.now
        let id = ID<Grant>(at: now)
        try await execute(
            "INSERT INTO user_grant (id, app_id, member_id, organization_id, scopes, created_at, consented_at)",
            values: [.bytes(id.value), .bytes(app.value), .bytes(member.value), .bytes(organization.value)]
                + [.text(scopes), .number(now), .number(now)])
        return id.description
    }

    /// A session of a member, whose secret nobody has.
    ///
    /// - Returns: The identifier of the session.
    package func insertSession(of member: String) async throws -> String {
        guard let member = ID<Member>(parsing: member) else { throw ServerFailure("No identifier.") }
        let now = Self.now
        let id = ID<MemberSession>(at: now)
        try await execute(
            """
            INSERT INTO member_session (id, digest, pepper, member_id, methods, created_at, secret_at,
            authenticated_at, seen_at, expires_at)
            """,
            values: [.bytes(id.value), .bytes(id.value), .number(1), .bytes(member.value), .text("pwd")]
                + [.number(now), .number(now), .number(now), .number(now), .number(now + 3_600_000)])
        return id.description
    }

    /// Has a member look after an API key.
    package func setSteward(ofAPIKey key: String, to member: String) async throws {
        guard let key = ID<APIKey>(parsing: key), let member = ID<Member>(parsing: member) else {
            throw ServerFailure("No identifiers.")
        }
        let sign = postgres == nil ? "x'" : "'\\x"
        try await change(
            """
            UPDATE api_key SET steward = \(sign)\(Self.hexadecimal(member.value))' \
            WHERE id = \(sign)\(Self.hexadecimal(key.value))'
            """)
    }

    private enum Literal {
        case bytes(UInt128)
        /// Without quotation marks in it.
        case text(String)
        case number(Int64)
    }

    private static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    private func execute(_ insertion: String, values: [Literal]) async throws {
        let literals = values.map { value in
            switch value {
            case .bytes(let value): (postgres == nil ? "x'" : "'\\x") + Self.hexadecimal(value) + "'"
            case .text(let text): "'\(text)'"
            case .number(let number): "\(number)"
            }
        }
        try await change("\(insertion) VALUES (\(literals.joined(separator: ", ")))")
    }

    private static func hexadecimal(_ value: UInt128) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}
