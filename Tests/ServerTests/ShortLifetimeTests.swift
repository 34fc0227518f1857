import TestSupport
import Testing

@Suite("Lifetimes that clients renew before every call", .onEveryEngine)
struct ShortLifetimeTests {
    /// A lifetime, and the codes of its warnings.
    @Test(arguments: [(nil, []), (300, []), (299, ["short_lived"]), (60, ["short_lived"])] as [(Int?, [String])])
    func `an integration and an app are made with a warning, and show it`(
        _ seconds: Int?, _ codes: [String]
    ) async throws {
        try await ServerProcess.withDemo { server, demo in
            let lifetime: JSON = seconds.map { .number(Double($0)) } ?? .null
            let path = "/api/v1/organizations/\(demo.account)"
            let bodies: [(String, JSON)] = [
                ("integrations", ["label": "Sync", "scopes": ["data.read"], "access_token_seconds": lifetime]),
                (
                    "apps",
                    [
                        "name": "App", "redirect_uris": ["https://app.example.com/"], "scopes": ["data.read"],
                        "access_token_seconds": lifetime,
                    ]
                ),
            ]
            for (kind, body) in bodies {
                let made = try await server.make("\(path)/\(kind)", body, as: demo.operatorKey)
                let shown = try await server.get("\(path)/\(kind)/\(made["id"].string)", bearer: demo.operatorKey).json
                for reply in [made, shown] {
                    let warnings = try reply["warnings"].elements
                    #expect(try warnings.map { try $0["code"].string } == codes)
                    #expect(warnings.allSatisfy { $0["field"] == "access_token_seconds" })
                }
            }
        }
    }
}
