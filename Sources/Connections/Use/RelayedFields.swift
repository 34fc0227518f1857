import ProviderDefinition

/// Which header fields of a call and its answer are passed on.
enum RelayedFields {
    /// For one connection alone (RFC 9110 §7.6.1).
    private static let ofOneHop: Set<String> = [
        "connection", "keep-alive", "proxy-authenticate", "proxy-authentication-info", "proxy-authorization",
        "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings",
    ]
    /// And what says who calls us and from where, and in which trace, and what the call to the provider has of its own.
    private static let keptFromProvider = ofOneHop.union([
        "authorization", "cookie", "cookie2", "host", "content-length", "expect", "user-agent", "forwarded", "via",
        "x-real-ip", "x-request-id", "claviger-child", "origin", "referer", "access-control-request-method",
        "access-control-request-headers", "traceparent", "tracestate", "baggage",
    ])
    /// And what would act on our own origin.
    private static let keptFromCaller = ofOneHop.union([
        "set-cookie", "set-cookie2", "strict-transport-security", "public-key-pins", "alt-svc", "clear-site-data",
        "content-security-policy", "content-security-policy-report-only", "x-frame-options", "x-content-type-options",
        "nel", "report-to", "reporting-endpoints", "www-authenticate", "cache-control", "date", "server", "via",
        "x-request-id", "service-worker-allowed", "refresh", "surrogate-control",
    ])
    /// How those begin that are orders to a proxy in front of us: to send a file of its own instead, or to keep the answer although
    /// `Cache-Control` forbids it.
    private static let ordersToProxies = ["x-accel-", "x-sendfile", "x-lighttpd-", "x-reproxy-"]

    /// Those of a call.
    static func forProvider(
        _ fields: [ProviderRequest.Header], without own: Set<String>
    ) -> [ProviderRequest.Header] {
        let dropped = keptFromProvider.union(own).union(named(by: fields))
        return fields.filter { field in
            let name = field.name.lowercased()
            return !dropped.contains(name) && !name.hasPrefix("x-forwarded-") && !name.hasPrefix("sec-")
        }
    }

    /// Those of an answer.
    static func forCaller(_ fields: [ProviderRequest.Header]) -> [ProviderRequest.Header] {
        let dropped = keptFromCaller.union(named(by: fields))
        return fields.filter { field in
            let name = field.name.lowercased()
            return !dropped.contains(name) && !name.hasPrefix("access-control-")
                && !ordersToProxies.contains(where: name.hasPrefix) && !name.hasSuffix("cdn-cache-control")
        }
    }

    /// Further ones for one hop, as `Connection` names them.
    private static func named(by fields: [ProviderRequest.Header]) -> Set<String> {
        var names: Set<String> = []
        for field in fields where field.name.lowercased() == "connection" {
            for name in field.value.split(separator: ",") {
                names.insert(name.lowercased().filter { $0 != " " && $0 != "\t" })
            }
        }
        return names
    }
}
