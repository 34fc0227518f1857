import CredentialFormat
import Credentials
import HTTPServing
import Model

/// `POST …/access-keys/{access_key_id}/rotate`: 200 with another secret for the same access key, this once.
struct RotateAccessKey: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/contacts/{contact_id}/access-keys/{access_key_id}/rotate",
        "rotateAccessKey", .permission(.contactsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let contact: ID<Contact> = try call.id("contact_id")
        let id: ID<AccessKey> = try call.id("access_key_id")
        let body = try await call.optionalBody()
        try body.read { _ in }
        return try await api.creating(call, body) { [api, actor = call.actor] tx in
            let issued = try api.accessKeys.rotate(id, of: contact, in: organization, as: actor, tx: tx)
            return .ok(revision: issued.credential.revision) { json in
                issued.credential.write(to: &json)
                json.member("access_key", issued.secret)
            }
        }
    }
}
