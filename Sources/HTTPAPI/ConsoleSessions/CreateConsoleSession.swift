import CredentialFormat
import HTTPServing
import Model
import SignIn

/// `POST /api/v1/console-sessions`: 201 with a link that lets a user of the operator's backend in here, once and within a
/// minute.
struct CreateConsoleSession: Endpoint {
    static let route = Route(
        .post, "/api/v1/console-sessions", "createConsoleSession", .permission(.consoleSessionsCreate))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let body = try await call.body()
        let input = try body.input { fields in
            (
                fields.required("organization_id", .text), fields.required("email", .text),
                fields.required("name", .text), fields.required("roles", .texts),
                fields.optional("return_url", .text)
            )
        }
        let (organizationID, email, name, roles, returnURL) = input.value
        guard let organization = ID<Organization>(parsing: organizationID) else {
            _ = try input.checked()
            throw Refusal.notFound
        }
        let draft = ConsoleSessionDraft(
            organization: organization, email: email, name: name, roles: roles, returnURL: returnURL)
        return try await api.creating(call, body) { [api, actor = call.actor, scopes = call.scopes] tx in
            let session = try input.apply { _ in
                try api.consoleSessions.create(draft, as: actor, holding: scopes, tx: tx)
            }
            return .created { json in
                json.member("id", session.link.id)
                json.member("url", session.url)
                json.member("expires_at", session.link.expiresAt)
                json.member("return_url", session.link.returnURL)
                json.name("member")
                json.object(session.member.write)
            }
        }
    }
}
