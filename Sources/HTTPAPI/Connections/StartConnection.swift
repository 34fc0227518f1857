import Connections
import CredentialFormat
import Credentials
import Events
import HTTPServing
import Model
import Persistence
import ProductDefinition

/// `POST …/connections/start`: 201 with the address of the provider's page, to which the person is sent who is signed in by the
/// session that is named. The consent can end in no other browser.
struct StartConnection: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/connections/start", "startConnection",
        .permission(.connectionsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let input = try await call.body().input { fields in
            (
                draft: ConnectDraft(
                    provider: fields.required("provider", .text), name: fields.optional("name", .text),
                    variables: fields.optional("variables", .textMap) ?? [:]),
                session: fields.required("session_id", .text)
            )
        }
        let service = api.connections.service
        // What the caller must not know of comes first.
        try await api.admitNewConnection(by: call.actor, in: organization)
        let asked = try input.checked()
        let session = try ConnectSession(asked.session, provider: asked.draft.provider, of: service)
        let address = try await service.start(
            asked.draft, in: organization, session: session.text, as: call.actor)
        return .consent(at: address, until: api.now())
    }
}

extension ManagementAPI {
    /// Refuses whoever may not manage connections there, and then what the plan of the account does not have: the pages are not the only
    /// door to it (threat I6).
    func admitNewConnection(by actor: Actor, in id: ID<Organization>) async throws {
        try await store.read(as: actor) { [product] tx in
            let organization = try tx.organization(id, where: actor, may: .connectionsManage)
            try tx.terms(of: organization.account, in: product).require(.connections)
        }
    }
}

/// In whose browser a consent ends.
struct ConnectSession {
    let text: String

    /// - Parameter provider: Nil where it is known already.
    /// - Throws: ``Refusal/invalid(_:)`` with all that is wrong.
    init(_ session: String, provider: String?, of service: ConnectionService) throws(Refusal) {
        var checks = FieldChecks()
        if let provider {
            checks.require(service.offers(provider), "provider", "unknown", "Is no provider that is offered here.")
        }
        let id = ID<MemberSession>(parsing: session)
        checks.require(id != nil, "session_id", "invalid", "Must be the identifier of a session of a member.")
        try checks.finish()
        text = id.map(ConnectionService.binding) ?? ""
    }
}

extension Reply {
    /// 201 with where a person is sent to consent.
    static func consent(at address: String, until begun: Instant) -> Reply {
        .created { json in
            json.member("address", address)
            json.member("expires_at", begun.adding(seconds: ConnectionConsent.lifetimeSeconds))
        }
    }
}
