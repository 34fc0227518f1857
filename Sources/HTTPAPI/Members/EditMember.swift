import CredentialFormat
import HTTPServing
import Model
import Organizations
import Persistence
import SignIn

/// `PATCH …/members/{member_id}`: name, roles, single permissions and password. The e-mail address is who they are and stays.
struct EditMember: Endpoint {
    static let route = Route(
        .patch, "/api/v1/organizations/{organization_id}/members/{member_id}", "editMember",
        .permission(.membersManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Member> = try call.id("member_id")
        let revision = try call.expectedRevision()
        var input = try await call.body().input { fields in
            fields.refuseEdit("email")
            return (
                MemberEdit(
                    name: fields.edit("name", .text), roles: fields.edit("roles", .texts),
                    permissions: fields.edit("permissions", .texts)),
                fields.clearableEdit("password", .text), fields.force()
            )
        }
        let (read, password, force) = input.value
        var edit = read
        if case .some(.some(let password)) = password {
            let known = try await api.store.read { tx in try tx.member(id) }
            let member = known?.organization == organization ? known : nil
            let given = ManagementAPI.NewPassword(
                text: password, email: member?.email, name: edit.name ?? member?.name ?? "")
            input.refuse(api.problem(with: given))
            if input.problems.isEmpty {
                if let digest = try await api.passwordDigest(of: given, in: organization, as: call.actor),
                    let email = given.email
                {
                    edit.password = .set(digest, for: email)
                }
            }
        } else if case .some(.none) = password {
            edit.password = .removed
        }
        let member = try await api.store.write { [api, edit, input, actor = call.actor] tx in
            try input.apply { _ in
                try api.members.edit(
                    id, in: organization, edit, expecting: revision, force: force, as: actor, tx: tx)
            }
        }
        if edit.password != nil { api.letters.tell(id, .passwordChanged) }
        return .ok(revision: member.revision, member.write)
    }
}
