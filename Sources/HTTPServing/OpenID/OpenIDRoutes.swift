package import Hummingbird
import HTTPTypes
package import Model
import NIOCore
package import OAuth
package import ProductDefinition

/// What OpenID Connect adds to the routes of OAuth and needs no page: userinfo and discovery.
package struct OpenIDRoutes: Sendable {
    private let userInfo: UserInfoRoute
    private let userInfoPaths: [String]
    private let discovery: [UInt8]

    package init(
        product: Product, issuer: String, userInfo: UserInfoEndpoint, now: @escaping @Sendable () -> Instant
    ) {
        self.userInfo = UserInfoRoute(endpoint: userInfo, realm: product.realm, now: now)
        userInfoPaths = ["/oauth2/userinfo"] + product.endpoints.userinfo
        discovery = OpenIDMetadata(server: ServerMetadata(issuer: issuer, product: product), product: product).json
    }

    /// Adds the routes.
    package func register(on router: some RouterMethods<CallerContext>) {
        for path in userInfoPaths {
            router.get(RouterPath(path)) { request, context in try await userInfo.respond(to: request, context) }
            router.post(RouterPath(path)) { request, context in try await userInfo.respond(to: request, context) }
        }
        router.get("/.well-known/openid-configuration") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json", .cacheControl: "public, max-age=300"],
                body: .init(byteBuffer: ByteBuffer(bytes: discovery)))
        }
    }
}
