import CredentialFormat
import HTTPServing
import Model
import Persistence
import SignIn

/// `DELETE …/members/{member_id}/second-factor`: 204; whoever has lost both authenticator and recovery codes comes in by
/// password alone, and can add another.
struct RemoveMemberSecondFactor: Endpoint {
    static let route = Route(
        .delete, "/api/v1/organizations/{organization_id}/members/{member_id}/second-factor",
        "removeMemberSecondFactor", .permission(.membersManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        try call.requireNoTag()
        let organization = try call.organization()
        let id: ID<Member> = try call.id("member_id")
        try await api.store.write(as: call.actor) { [api, actor = call.actor, lineage = call.lineage] tx in
            try api.secondFactors.remove(of: id, in: organization, as: actor, by: lineage, tx: tx)
        }
        api.letters.tell(id, .secondFactorRemoved)
        return .noContent
    }
}
