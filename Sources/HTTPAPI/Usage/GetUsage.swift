import Credentials
import HTTPServing
import Model
import Persistence

/// `GET …/usage`: how often the credentials of an organization were used, and on request those of organizations below.
struct GetUsage: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/usage", "getUsage", .anyPermission(UsageService.permissions))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let query = call.query
        let question = UsageQuestion(
            try query.word("unit", UsageQuestion.Unit.self) ?? .day,
            by: try query.word("group_by", UsageGrouping.self), from: try query.time("from"),
            until: try query.time("until"), credential: try query.single("credential"),
            scope: try query.single("scope"), includeDescendants: try query.includesDescendants())
        let format = try query.format()
        let report = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.usage.report(on: question, in: organization, as: actor, tx: tx)
        }
        switch format {
        case .json: return .ok { report.write(to: &$0) }
        case .csv: return .file(report.csv)
        }
    }
}
