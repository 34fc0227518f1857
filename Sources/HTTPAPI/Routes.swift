package import HTTPServing
import HTTPTypes
package import Hummingbird
import Model
import Verification

extension ManagementAPI {
    /// Every endpoint, in the order of the document.
    static let endpoints: [any Endpoint.Type] = [
        GetMe.self, ListScopes.self, ListRoles.self, GetProduct.self,

        ListAccounts.self, CreateAccount.self, GetAccount.self, EditAccount.self, DeleteAccount.self,

        ListResourceServers.self, CreateResourceServer.self, GetResourceServer.self, EditResourceServer.self,
        DeleteResourceServer.self, RotateResourceServer.self,

        ListOrganizations.self, CreateOrganization.self, GetOrganization.self, EditOrganization.self,
        DeleteOrganization.self,

        ListIntegrations.self, CreateIntegration.self, GetIntegration.self, EditIntegration.self,
        DeleteIntegration.self, RotateIntegration.self, ListIntegrationSecrets.self, ExtendIntegrationSecret.self,
        EndIntegrationSecret.self, RevealIntegrationSecret.self, IssueIntegrationToken.self, TryIntegration.self,
        DisableIntegration.self, EnableIntegration.self, ChangeSeveralIntegrations.self,

        ListApps.self, CreateApp.self, GetApp.self, EditApp.self, DeleteApp.self, RotateApp.self, ListAppSecrets.self,
        ExtendAppSecret.self, EndAppSecret.self, DisableApp.self, EnableApp.self, ChangeSeveralApps.self,

        ListGrants.self, GetGrant.self, RevokeGrant.self,

        ListAPIKeys.self, CreateAPIKey.self, GetAPIKey.self, EditAPIKey.self, DeleteAPIKey.self, RotateAPIKey.self,
        DisableAPIKey.self, EnableAPIKey.self, ListAPIKeySecrets.self, ExtendAPIKeySecret.self, EndAPIKeySecret.self,
        TryAPIKey.self, ChangeSeveralAPIKeys.self, ImportAPIKeys.self,

        ListConnections.self, StartConnection.self, ImportConnection.self, GetConnection.self,
        ReconnectConnection.self, RenewConnection.self, ForecastDisconnection.self, DisconnectConnection.self,
        ListConnectionEvents.self, ListConnectionRenewals.self, GetConnectionToken.self,

        ListMembers.self, CreateMember.self, GetMember.self, EditMember.self, DeleteMember.self,
        InviteMember.self, ResetMemberPassword.self, ListMemberSessions.self, EndMemberSession.self,
        RemoveMemberSecondFactor.self, ListMemberCredentials.self, HandOverMemberCredentials.self,
        CreateConsoleSession.self,

        ListContacts.self, CreateContact.self, GetContact.self, EditContact.self, DeleteContact.self,
        DisableContact.self, EnableContact.self,
        ListAccessKeys.self, CreateAccessKey.self, GetAccessKey.self, DeleteAccessKey.self, RotateAccessKey.self,
        DisableAccessKey.self, EnableAccessKey.self,

        ListWebhooks.self, CreateWebhook.self, GetWebhook.self, EditWebhook.self, DeleteWebhook.self,
        RotateWebhook.self, TestWebhook.self, RecoverWebhook.self, ListWebhookDeliveries.self,
        GetWebhookDelivery.self, ReplayWebhookDelivery.self, ListLifecycleEvents.self,

        ListRefusals.self, GetRefusal.self, GetUsage.self,

        ListAuditEvents.self, ListAllAuditEvents.self,
        GetAuditLog.self, GetAuditCheckpoint.self, GetInclusionProof.self, GetConsistencyProof.self,
        ExportAuditLog.self,
    ]

    /// The ledger of the management API.
    package static let routes: [Route] = endpoints.map { $0.route } + relayed

    /// Those by which calls are passed on to providers: what they answer is not ours.
    package static var relayed: [Route] { ConnectionRelay.routes }

    /// Registers every endpoint. The router must have the authentication and the problem documents in front.
    package func register(on router: some RouterMethods<CallerContext>) {
        for endpoint in Self.endpoints {
            let route = endpoint.route
            let instance = endpoint.init(api: self)
            // What is posted to has a representation if it can be read.
            let isThere = Self.routes.contains { $0.method == .get && $0.path == route.path }
            let answer: @Sendable (Request, CallerContext) async throws -> Response = { [self] request, context in
                let call = try Call(request, context, by: route)
                let conditions = try call.preconditions()
                if route.method == .post { try Self.admit(conditions, toActOnWhatIsThere: isThere) }
                var reply = try await instance.respond(to: call)
                if route.method == .get { reply = try reply.under(conditions) }
                var response = reply.response(at: address)
                if route.method != .get { await confirm(request, in: &response) }
                return response
            }
            router.on(RouterPath(route.path), method: route.method.http, use: answer)
            if route.method == .get {
                router.on(RouterPath(route.path), method: .head) { request, context in
                    try await answer(request, context).createHeadResponse()
                }
            }
        }
        ConnectionRelay(api: self).register(on: router)
    }

    /// Refuses a POST under a condition that the target does not meet. What is posted to never has an entity tag.
    private static func admit(_ conditions: Preconditions, toActOnWhatIsThere isThere: Bool) throws(Refusal) {
        let outcome = isThere ? conditions.outcome(for: nil, isRead: false) : conditions.outcomeForNothing
        guard outcome == .perform else { throw .preconditionFailed }
    }

    /// Has the reply to a change wait until all nodes have heard of it, if the caller prefers that.
    private func confirm(_ request: Request, in response: inout Response) async {
        guard let preference = WaitPreference(request.headers[.prefer]) else { return }
        let confirmation = await confirm(.seconds(preference.seconds))
        response.headers[.preferenceApplied] = preference.applied
        response.headers[.clavigerConfirmed] = confirmation.fieldValue
    }
}

extension Reply {
    /// The same, or what is answered instead to a reader who set conditions.
    fileprivate func under(_ conditions: Preconditions) throws(Refusal) -> Reply {
        switch conditions.outcome(for: entityTag, isRead: true) {
        case .perform: self
        case .notModified: notModified
        case .failed: throw .preconditionFailed
        }
    }
}

extension FeedConfirmation {
    /// A dictionary (RFC 9651 §3.2).
    fileprivate var fieldValue: String {
        "nodes=\(nodes), confirmed=\(confirmed), milliseconds=\(milliseconds)"
    }
}

extension Route.Method {
    var http: HTTPRequest.Method {
        switch self {
        case .get: .get
        case .post: .post
        case .put: .put
        case .patch: .patch
        case .delete: .delete
        }
    }
}
