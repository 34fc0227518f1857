import CredentialFormat
import HTTPServing
import Model
import Organizations
import Persistence
import SignIn

/// `PATCH …/members/{member_id}`: name, roles, single permissions, password and e-mail address. The password was made for
/// the address before, so another one takes it away, and an invitation goes out to set one there.
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
            (
                MemberEdit(
                    name: fields.edit("name", .text), roles: fields.edit("roles", .texts),
                    permissions: fields.edit("permissions", .texts), email: fields.edit("email", .text),
                    isEmailVerified: fields.edit("email_verified", .flag)),
                fields.clearableEdit("password", .text), fields.force()
            )
        }
        let (read, password, force) = input.value
        var edit = read
        if case .some(.some(let password)) = password {
            let known = try await api.store.read(as: call.actor) { tx in try tx.member(id) }
            let member = known?.organization == organization ? known : nil
            let given = ManagementAPI.NewPassword(
                text: password, email: edit.email.map { EmailAddress($0) } ?? member?.email,
                name: edit.name ?? member?.name ?? "")
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
        let edited = try await api.store.write(as: call.actor) { [api, edit, input, actor = call.actor] tx in
            try input.apply { _ in
                try api.members.change(
                    id, in: organization, edit, expecting: revision, force: force, as: actor, tx: tx)
            }
        }
        if edit.password != nil { api.letters.tell(id, .passwordChanged) }
        guard let former = edited.formerEmail else { return .ok(revision: edited.member.revision, edited.member.write) }
        api.letters.tell(id, .emailChanged(from: former))
        let invitation = edited.needsInvitation ? try await invite(id, in: organization, as: call.actor) : nil
        return .ok(revision: edited.member.revision) { json in
            edited.member.write(to: &json)
            json.name("invitation")
            if let invitation { json.object(invitation.write) } else { json.null() }
        }
    }

    /// Nil where they have got another password, or are gone, since.
    private func invite(
        _ id: ID<Member>, in organization: ID<Organization>, as actor: Actor
    ) async throws -> SentLink? {
        do { return try await api.links.invite(id, in: organization, as: actor) } catch is Refusal { return nil }
    }
}
