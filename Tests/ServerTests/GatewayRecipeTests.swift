import Foundation
import TestSupport
import Testing

private let spoePort = (try? FreePort.find()) ?? 0
private let gatewaySecret = "gateway-secret-0123456789abcdef-xyz"

/// The recipes of `docs/gateways.md`, each as it stands there, through the real gateway. What a gateway does does not depend on
/// what keeps our data.
@Suite(
    "Gateways: the recipes", .serialized,
    .server(
        on: [.sqlite], arguments: ["--trusted-proxies", "127.0.0.1", "--spoe-listen", "127.0.0.1:\(spoePort)"],
        environment: ["CLAVIGER_VERIFY_GATEWAY_SECRET": gatewaySecret]))
struct GatewayRecipeTests {
    @Test(arguments: [
        "nginx", "caddy", "caddy of Debian", "envoy", "envoy with a prefix", "haproxy", "haproxy with spoe", "traefik",
        "apache",
    ])
    func `what arrives at the backend is the caller, what arrives at the client is the reason`(_ gateway: String)
        async throws
    {
        let run = try await run(gateway)
        #expect(
            run.lines == [
                "a key passes, and the backend is told who calls", "a token passes, with its client",
                "what the caller writes under our names does not arrive",
                "neither the credential nor the gateway's secret arrives", "401 with a challenge",
                "403 with challenge and reason, and nothing refused reaches the backend",
                "method, query and body arrive as they were", "nobody chooses their own address",
                "a deleted key is refused at the next call", "400, 429 and 503 as the client sees them",
                "nobody gets through while Claviger is away, and all is well when it is back",
            ], "\(run.text)")
        #expect(run.status == 0)
    }

    @Test(arguments: ["nginx", "caddy", "envoy", "haproxy", "haproxy with spoe", "traefik", "apache"])
    func `with the lines for browsers, a preflight passes and nothing else`(_ gateway: String) async throws {
        let run = try await run("\(gateway) with preflights")
        #expect(run.lines == ["a preflight passes as nobody's", "nothing else does"], "\(run.text)")
        #expect(run.status == 0)
    }

    /// With the recipe, and with a recipe that forgot a line: then what Claviger says counts.
    @Test(arguments: ["caching nginx", "caching nginx without proxy_cache off"])
    func `where nginx caches whatever it may, no caller gets another's answer`(_ gateway: String) async throws {
        let run = try await run(gateway)
        #expect(run.lines == ["no caller gets another's answer"], "\(run.text)")
        #expect(run.status == 0)
    }

    private func run(_ gateway: String) async throws -> FinishedCommand {
        let (server, demo) = try RunningServer.current
        let told: JSON = [
            "port": .text("\(server.port)"), "spoe_port": .text("\(spoePort)"), "secret": .text(gatewaySecret),
            "operator_key": .text(demo.operatorKey),
            "account": .text(demo.account), "client_id": .text(demo.integration.id),
            "token": .text(try await server.token(demo.integration, scope: "data.read")),
            "resource_server": [
                "client_id": .text(demo.resourceServer.id), "client_secret": .text(demo.resourceServer.secret),
            ],
        ]
        let folder = try Folder()
        let path = folder.path + "/told.json"
        try Data(told.bytes).write(to: URL(fileURLWithPath: path))
        return try await FinishedCommand.recipe(of: gateway, path)
    }
}
