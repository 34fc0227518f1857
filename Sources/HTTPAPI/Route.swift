package import Model
package import ProductDefinition

/// One line of the ledger of routes: what can be called, and who may.
///
/// The management API is registered from its lines, the OpenAPI document is held against them in both directions, and
/// the access matrix enumerates them.
package struct Route: Hashable, Sendable {
    /// Who may call.
    package enum Caller: Hashable, Sendable {
        /// Anybody, without any credential.
        case anyone
        /// An OAuth client or resource server that proves who it is.
        case client
        /// An app, with the access token of a user who consented to `openid`.
        case app
        /// A browser, for whoever is signed in there, if anybody.
        case browser
        /// A gateway, on behalf of the credential that it passes on.
        case gateway
        /// Whoever holds a credential, of whatever scopes.
        case holder
        /// A partner that searches for leaked secrets, by a signature.
        case partner
        /// Any credential with a management scope.
        case anyManagementScope
        /// A credential with this permission that sees the organization.
        case permission(Permission)
        /// A credential with one of these permissions that sees the organization. What it is told of depends on which.
        case anyPermission([Permission])
        /// A credential with this permission that is the operator's own.
        case operatorWith(Permission)
    }

    /// The methods in use, spelled as in a request.
    package enum Method: String, Hashable, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// The method that is described; a GET is answered to HEAD, too.
    package let method: Method
    /// The path with its parameters in braces, such as `/api/v1/accounts/{account_id}`.
    package let path: String
    /// The `operationId` in the OpenAPI document.
    package let operation: String
    /// Who may call it.
    package let caller: Caller

    /// A line with these columns.
    package init(_ method: Method, _ path: String, _ operation: String, _ caller: Caller) {
        self.method = method
        self.path = path
        self.operation = operation
        self.caller = caller
    }

    /// The line of an endpoint at its canonical path.
    package init(_ method: Method, _ endpoint: ServedEndpoint, _ operation: String, _ caller: Caller) {
        self.init(method, endpoint.path, operation, caller)
    }
}

extension Route {
    /// What other parts of the server answer: OAuth, its pages, verification, health and the document itself. `/verify` takes every
    /// method; the document describes GET and POST. Further paths of the product are aliases of these.
    package static let servedElsewhere: [Route] = [
        Route(.get, .authorize, "authorize", .browser),
        Route(.post, .authorize, "postAuthorize", .browser),
        Route(.get, .logout, "endSession", .browser),
        Route(.post, .logout, "postEndSession", .browser),
        Route(.post, .token, "issueToken", .client),
        Route(.post, .introspect, "introspect", .client),
        Route(.post, .revoke, "revoke", .client),
        Route(.get, .keySet, "getKeySet", .anyone),
        Route(.get, .serverMetadata, "getServerMetadata", .anyone),
        Route(.get, .openIDConfiguration, "getOpenIDConfiguration", .anyone),
        Route(.get, .userinfo, "getUserInfo", .app),
        Route(.post, .userinfo, "postUserInfo", .app),
        Route(.get, .verify, "verify", .gateway),
        Route(.post, .verify, "verifyPost", .gateway),
        Route(.post, .selfRevoke, "revokeSelf", .holder),
        Route(.post, .secretScanning, "reportLeakedSecrets", .partner),
        Route(.get, .revocationFeed, "followRevocations", .client),
        Route(.get, .alive, "getHealth", .anyone),
        Route(.get, .ready, "getReadiness", .anyone),
        Route(.get, .openAPIYAML, "getOpenAPIYAML", .anyone),
        Route(.get, .openAPIJSON, "getOpenAPIJSON", .anyone),
    ]
}
