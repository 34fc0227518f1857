package import Hummingbird
import HTTPTypes
package import Model
import NIOCore
package import OAuth
import Policy
package import ProductDefinition

/// What OpenID Connect adds to the routes of OAuth and needs no page: userinfo and discovery.
package struct OpenIDRoutes: Sendable {
    private let userInfo: UserInfoRoute
    private let userInfoPaths: [String]
    private let discovery: [UInt8]
    private let discoveryPaths: [String]

    package init(
        product: Product, issuer: String, userInfo: UserInfoEndpoint, now: @escaping @Sendable () -> Instant
    ) {
        self.userInfo = UserInfoRoute(endpoint: userInfo, realm: product.realm, now: now)
        userInfoPaths = product.endpoints.paths(of: .userinfo)
        discovery = OpenIDMetadata(server: ServerMetadata(issuer: issuer, product: product), product: product).json
        discoveryPaths = PublicAddress(issuer: issuer).wellKnown(ServedEndpoint.openIDConfiguration.path)
    }

    /// What apps in browsers may read, with the methods that they may use.
    package var forBrowsers: CrossOriginMiddleware {
        var paths: [String: String] = [:]
        for path in discoveryPaths { paths[path] = "GET, HEAD" }
        for path in userInfoPaths { paths[path] = "GET, HEAD, POST" }
        return CrossOriginMiddleware(paths)
    }

    /// Adds the routes.
    package func register(on router: some RouterMethods<CallerContext>) {
        for path in userInfoPaths {
            router.get(RouterPath(path)) { request, context in try await userInfo.respond(to: request, context) }
            router.post(RouterPath(path)) { request, context in try await userInfo.respond(to: request, context) }
        }
        for path in discoveryPaths {
            router.get(RouterPath(path)) { _, _ in
                Response(
                    status: .ok,
                    headers: [
                        .contentType: "application/json", .cacheControl: "public, max-age=300",
                        // Also for who asks without an `Origin`: a cache may give it to one who asks with one.
                        .accessControlAllowOrigin: CrossOrigin.origin,
                    ],
                    body: .init(byteBuffer: ByteBuffer(bytes: discovery)))
            }
        }
    }
}
