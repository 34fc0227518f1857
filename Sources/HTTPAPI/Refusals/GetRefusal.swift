import Credentials
import HTTPServing
import Model
import Persistence

/// `GET …/refusals/{request_id}`: why one request of the last day was refused.
struct GetRefusal: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/refusals/{request_id}", "getRefusal",
        .anyPermission(RefusalService.permissions))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let request = try call.requestID()
        let descendants = try call.query.includesDescendants()
        let refusal = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.refusals.get(request, in: organization, includeDescendants: descendants, as: actor, tx: tx)
        }
        return .ok { refusal.write(to: &$0) }
    }
}
