import HTTPServing
import Model
import Organizations

/// `POST …/members`: 201 with a person, their roles and, on request, a password. The operator may say that the address is theirs.
struct CreateMember: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/members", "createMember", .permission(.membersManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let body = try await call.body()
        var input = try body.input { fields in
            (
                MemberDraft(
                    email: fields.required("email", .text), name: fields.required("name", .text),
                    roles: fields.required("roles", .texts),
                    permissions: fields.optional("permissions", .texts) ?? [],
                    isEmailVerified: fields.optional("email_verified", .flag)),
                fields.optional("password", .text)
            )
        }
        let (read, password) = input.value
        var draft = read
        if let password {
            let given = ManagementAPI.NewPassword(text: password, email: EmailAddress(draft.email), name: draft.name)
            input.refuse(api.problem(with: given))
            if input.problems.isEmpty {
                draft.password = try await api.passwordDigest(of: given, in: organization, as: call.actor)
            }
        }
        return try await api.creating(call, body) { [api, draft, input, actor = call.actor] tx in
            let member = try input.apply { _ in try api.members.create(draft, in: organization, as: actor, tx: tx) }
            return .created(
                at: "/api/v1/organizations/\(organization)/members/\(member.id)", revision: member.revision,
                member.write)
        }
    }
}
