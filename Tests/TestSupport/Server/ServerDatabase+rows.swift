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

    /// A connection that was asked for and needs a person, with nothing sealed for it.
    ///
    /// - Returns: The identifier of the connection.
    package func insertConnection(in organization: String) async throws -> String {
        guard let organization = ID<Organization>(parsing: organization) else { throw ServerFailure("No identifier.") }
        let now = Self.now
        let (access, id) = (ID<ProviderAccess>(at: now), ID<Connection>(at: now))
        try await execute(
            "INSERT INTO provider_access (id, organization_id, provider, client_id, created_at)",
            values: [.bytes(access.value), .bytes(organization.value), .text("tiktok"), .text(access.description)]
                + [.number(now)])
        try await execute(
            """
            INSERT INTO connection (id, organization_id, organization_path, provider, access, name, scopes, metadata, status,
            reason, generation, created_at)
            """,
            values: [.bytes(id.value), .bytes(organization.value), .path(organization.value), .text("tiktok")]
                + [.bytes(access.value), .text("Ada"), .text(""), .text("{}"), .text("reauth_required")]
                + [.text("invalid_grant"), .number(0), .number(now)])
        return id.description
    }

    /// Something that was told an hour ago of an account, and is to be mailed to a member now.
    ///
    /// - Parameter account: Where the member belongs.
    package func insertNotice(for member: String, in account: String) async throws {
        guard let member = ID<Member>(parsing: member), let account = ID<Organization>(parsing: account) else {
            throw ServerFailure("No identifiers.")
        }
        let at = Self.now - 3_600_000
        let event = ID<LifecycleEvent>(at: at)
        try await change("UPDATE member SET email_proof = 'link', email_proved_at = \(at)")
        try await execute(
            "INSERT INTO lifecycle_event (id, kind, subject, occasion, organization_path, at, body)",
            values: [.bytes(event.value), .text("credential.expired"), .text("key_0000000000000000000001"), .text("1")]
                + [.path(account.value), .number(at)]
                + [.text(#"{"data":{"credential_type":"api_key","name":"Nightly"}}"#)])
        try await execute(
            "INSERT INTO notice_mail (member_id, pace, muted, below, told_after, planned, due_at)",
            values: [.bytes(member.value), .text("daily"), .text(""), .number(1), .bytes(0), .bytes(event.value)]
                + [.number(at)])
    }

    /// So much that nobody needs, on SQLite.
    package func addBallast(mebibytes: Int) async throws {
        try await change("CREATE TABLE ballast (content BLOB NOT NULL)")
        try await change(
            """
            INSERT INTO ballast WITH RECURSIVE piece (number) AS
            (SELECT 1 UNION ALL SELECT number + 1 FROM piece WHERE number < \(mebibytes))
            SELECT randomblob(1048576) FROM piece
            """)
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
        /// Of the organization with this identifier.
        case path(UInt128)
    }

    private static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    private func execute(_ insertion: String, values: [Literal]) async throws {
        func bytes(_ value: UInt128) -> String { (postgres == nil ? "x'" : "'\\x") + Self.hexadecimal(value) + "'" }
        let literals = values.map { value in
            switch value {
            case .bytes(let value): bytes(value)
            case .text(let text): "'\(text)'"
            case .number(let number): "\(number)"
            case .path(let value): "(SELECT path FROM organization WHERE id = \(bytes(value)))"
            }
        }
        try await change("\(insertion) VALUES (\(literals.joined(separator: ", ")))")
    }

    private static func hexadecimal(_ value: UInt128) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}
