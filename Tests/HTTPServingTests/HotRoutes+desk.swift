import CredentialFormat
import HTTPServing
import Model
import NIOCore
import NIOHTTP1
import OAuth
import TestSupport
import Verification

extension HotRoutes {
    /// The routes of a desk, as the server puts them together.
    convenience init(over desk: SampleDesk, stream: RevocationStream? = nil, gatewaySecret: String? = nil) {
        let proxies = TrustedProxies([])
        let audiences = AudiencePolicy(standard: nil, issuer: SampleDesk.issuer)
        self.init(
            product: desk.tree.product, issuer: SampleDesk.issuer,
            verify: VerifyEndpoint(
                verifier: desk.verifier, product: desk.tree.product, audiences: audiences, proxies: proxies,
                gateways: GatewayRule(addresses: [], secret: gatewaySecret), slips: GatewaySlipLog { _ in }),
            token: desk.tokens, introspection: desk.introspection, revocation: desk.revocation,
            stream: stream
                ?? RevocationStream(
                    of: ID(at: 0), isAlone: true, calling: desk.fingerprints, clock: Uptime.nanoseconds),
            verifier: desk.verifier, proxies: proxies)
    }

    /// The reply, or nil where memory does not suffice or something must be written first.
    func answerFromMemory(_ request: HotRequest) -> HotReply? {
        if case .reply(let reply) = begin(request) { reply } else { nil }
    }
}

extension HotRequest {
    /// A request with a form if there is a body.
    init(
        _ endpoint: HotEndpoint, _ fields: [(String, String)], _ body: String?, query: Substring? = nil,
        requestID: String = "req-1", at now: Instant
    ) {
        var headers = HTTPHeaders(fields)
        if body != nil { headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded") }
        self.init(
            target: HotTarget(endpoint, query: query), method: body == nil ? .GET : .POST, headers: headers,
            body: body.map { ByteBuffer(string: $0) }, peer: nil, requestID: requestID, now: now)
    }
}
