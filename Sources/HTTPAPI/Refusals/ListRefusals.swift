import Credentials
import HTTPServing
import Model
import Persistence

/// `GET …/refusals`: requests of the last day that were refused, newest first, and on request those of credentials below.
struct ListRefusals: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/refusals", "listRefusals",
        .anyPermission(RefusalService.permissions))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let page = try call.page()
        let descendants = try call.query.includesDescendants()
        let credential = try call.query.single("credential")
        let rule = try call.query.single("rule")
        let listing = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.refusals.list(
                in: organization, includeDescendants: descendants, credential: credential, rule: rule, page: page,
                as: actor, tx: tx)
        }
        return .ok { $0.listing(listing, of: call.list) { $1.write(to: &$0) } }
    }
}
