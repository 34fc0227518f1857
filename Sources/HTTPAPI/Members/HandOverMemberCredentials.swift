import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `POST …/members/{member_id}/hand-over`: another member looks after what this one did; 200 with how many it were.
struct HandOverMemberCredentials: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/members/{member_id}/hand-over", "handOverMemberCredentials",
        .permission(.membersManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Member> = try call.id("member_id")
        let input = try await call.body().input { fields in fields.required("to", .text) }
        let count = try await api.store.write(as: call.actor) { [api, input, actor = call.actor] tx in
            try input.apply { to in
                try api.stewards.handOver(
                    from: id, in: organization, to: ID(parsing: to), as: actor, tx: tx)
            }
        }
        return .ok { json in json.member("handed_over", count) }
    }
}
