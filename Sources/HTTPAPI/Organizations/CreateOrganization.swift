import CredentialFormat
import HTTPServing
import Model
import Organizations

/// `POST /api/v1/organizations`: 201 with an organization below another.
struct CreateOrganization: Endpoint {
    static let route = Route(.post, "/api/v1/organizations", "createOrganization", .permission(.organizationsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let body = try await call.body()
        let input = try body.input { fields in
            (fields.required("name", .text), fields.required("parent_id", .text))
        }
        let (name, parentID) = input.value
        guard let parent = ID<Organization>(parsing: parentID) else {
            return try input.apply { _ in
                var checks = FieldChecks()
                if !input.problems.isEmpty { _ = checks.line("name", name) }
                try checks.finish()
                throw Refusal.notFound
            }
        }
        return try await api.creating(call, body) { [api, actor = call.actor] tx in
            let organization = try input.apply { name, _ in
                try api.organizations.create(name: name, below: parent, as: actor, tx: tx)
            }
            return .created(
                at: "/api/v1/organizations/\(organization.id)", revision: organization.revision, organization.write)
        }
    }
}
