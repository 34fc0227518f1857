import TestSupport
import Testing

/// Who may ask `/verify`, and whose word counts there, at both doors.
@Suite("Gateways on the wire", .serialized)
struct GatewayWireTests {
    private static let secret = "gateway-secret-0123456789abcdef-xyz"

    @Test func `with a gateway secret, who does not send it learns nothing about a credential`() async throws {
        let environment = ["CLAVIGER_VERIFY_GATEWAY_SECRET": Self.secret]
        try await ServerProcess.withDemo(environment: environment) { server, demo in
            let unknown = String(demo.apiKey.dropLast(3)) + "000"
            let wrong = [
                "", "X-Claviger-Gateway: \r\n", "X-Claviger-Gateway: x\r\n",
                "X-Claviger-Gateway: \(Self.secret.dropLast())\r\n", "X-Claviger-Gateway: \(Self.secret)0\r\n",
                "X-Claviger-Gateway: \(Self.secret)\r\nX-Claviger-Gateway: \(Self.secret)\r\n",
            ]
            for fields in wrong {
                for credential in [demo.apiKey, unknown] {
                    for status in try statuses(server, fields, credential) { #expect(status == 403) }
                }
            }
            let right = "x-claviger-gateway: \(Self.secret)\r\n"
            for status in try statuses(server, right, demo.apiKey) { #expect(status == 200) }
            for status in try statuses(server, right, unknown) { #expect(status == 401) }
            #expect(!server.log.contains(Self.secret))
        }
    }

    @Test(arguments: [("127.0.0.1", 200), ("192.0.2.0/24", 403)])
    func `gateways may be known by their address`(_ addresses: String, _ expected: Int) async throws {
        try await ServerProcess.withDemo(arguments: ["--verify-gateways", addresses]) { server, demo in
            // Their own, not one that they speak of.
            for status in try statuses(server, "X-Forwarded-For: 192.0.2.1\r\n", demo.apiKey) {
                #expect(status == expected)
            }
        }
    }

    @Test func `a caller chooses its own address by no field (K1)`() async throws {
        try await ServerProcess.withDemo(arguments: ["--trusted-proxies", "127.0.0.1"]) { server, demo in
            let key = try await bound(to: "203.0.113.0/24", server, demo)
            for (fields, expected) in [
                ("", 403), ("X-Forwarded-For: 203.0.113.9\r\n", 200), ("Forwarded: for=203.0.113.9\r\n", 200),
                ("X-Forwarded-For: 203.0.113.9, 198.51.100.1\r\n", 403),
                ("X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 198.51.100.1\r\n", 403),
                ("Forwarded: for=203.0.113.9\r\nX-Forwarded-For: 198.51.100.1\r\n", 403),
                ("Forwarded: for=198.51.100.1\r\nX-Forwarded-For: 203.0.113.9\r\n", 403),
                ("X-Forwarded-For: x\r\n", 403), ("X-Real-IP: 203.0.113.9\r\n", 403),
                ("X-Forwarded-For: ::ffff:203.0.113.9\r\n", 200),
            ] {
                for status in try statuses(server, fields, key) { #expect(status == expected, "\(fields)") }
            }
        }
        try await ServerProcess.withDemo { server, demo in
            let key = try await bound(to: "203.0.113.0/24", server, demo)
            for fields in ["X-Forwarded-For: 203.0.113.9\r\n", "Forwarded: for=203.0.113.9\r\n"] {
                for status in try statuses(server, fields, key) { #expect(status == 403) }
            }
        }
    }

    /// What `/verify` says through the one door, then through the other.
    private func statuses(_ server: ServerProcess, _ fields: String, _ credential: String) throws -> [Int] {
        try server.exchangeAtBothDoors(request("GET", "/verify", fields, bearer: credential)).map(\.status)
    }

    private func bound(
        to addresses: String, _ server: ServerProcess, _ demo: DemoCredentials
    ) async throws -> String {
        let made = try await server.call(
            "POST", "/api/v1/organizations/\(demo.account)/api-keys", bearer: demo.operatorKey,
            ["name": "Office", "scopes": ["data.read"], "allowed_addresses": [.text(addresses)]])
        return try made.json["key"].string
    }
}
