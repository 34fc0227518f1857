import CredentialFormat
import HTTPServing
import Model
import Persistence

/// `GET /api/v1/me`: who calls, from which organization, with which rights.
struct GetMe: Endpoint {
    static let route = Route(.get, "/api/v1/me", "getMe", .anyManagementScope)
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let actor = call.actor
        let wanted: KnownOrganizations.Wanted
        switch actor.reach {
        case .nothing: throw Refusal.notFound
        case .subtree(let path): wanted = .organization(path.last)
        case .everything: wanted = .operatorsOwn
        }
        guard let organization = try await api.knownOrganizations.organization(wanted) else {
            throw Refusal.notFound
        }
        return .ok { json in
            json.member("type", actor.identity.word)
            json.member("id", actor.identity.identifier)
            if case .app(_, .some(let member)) = actor.identity { json.member("member_id", member) }
            if case .integration(_, .some(let contact)) = actor.identity { json.member("contact_id", contact) }
            json.name("organization")
            json.object(organization.write)
            json.member("account_id", organization.account)
            json.member("operator", actor.reach == .everything)
            json.member("permissions", Permission.inOrder.filter(actor.permissions.contains).map(\.rawValue))
            json.member("scopes", call.scopes)
        }
    }
}

extension Actor.Identity {
    fileprivate var word: String {
        switch self {
        case .apiKey: "api_key"
        case .integration: "integration"
        case .app: "app"
        case .member: "member"
        case .command: "command"
        case .provider: "provider"
        }
    }

    fileprivate var identifier: String {
        switch self {
        case .apiKey(let id): id.description
        case .integration(let id, _): id.description
        case .app(let id, _): id.description
        case .member(let id): id.description
        case .command(let name): name
        case .provider(let name): name
        }
    }
}
