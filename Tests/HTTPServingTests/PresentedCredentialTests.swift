import CredentialFormat
import Foundation
import ProductDefinition
import TestSupport
import Testing

@testable import HTTPServing

@Suite("The credential that a request shows")
struct PresentedCredentialTests {
    private static let key = MintedSecret(.apiKey, brand: .claviger).reveal()
    private static let token = MintedSecret(.accessToken, brand: .claviger).reveal()

    private static func basic(_ user: String, _ password: String = "") -> String {
        "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
    }

    private func shown(
        _ fields: [String: String], besides elsewhere: String? = nil, headers: [String] = ["X-API-Key", "Api-Key"],
        basic: Bool = true
    ) -> PresentedCredential {
        let policy = ProductPolicy(apiKeyHeaders: headers, apiKeyBasic: basic)
        return CredentialFields(policy) { $0.hasPrefix("clv_key_") }.credential(besides: elsewhere) { fields[$0] }
    }

    private func text(_ presented: PresentedCredential) -> String? {
        guard case .one(let text) = presented else { return nil }
        return text
    }

    private func fault(_ presented: PresentedCredential) -> PresentedCredential.Fault? {
        guard case .refused(let fault) = presented else { return nil }
        return fault
    }

    @Test func `stands behind Bearer, in a header that the product names, or as the user of Basic`() {
        #expect(text(shown(["Authorization": "Bearer \(Self.key)"])) == Self.key)
        #expect(text(shown(["Authorization": "bearer  \(Self.token)"])) == Self.token)
        #expect(text(shown(["X-API-Key": Self.key])) == Self.key)
        #expect(text(shown(["Api-Key": Self.key])) == Self.key)
        #expect(text(shown(["Authorization": Self.basic(Self.key)])) == Self.key)
        #expect(text(shown([:], besides: Self.key)) == Self.key)
    }

    @Test func `is none where the product names no such place`() {
        for fields in [["X-API-Key": Self.key], ["Authorization": Self.basic(Self.key)], [:]] {
            guard case .none = shown(fields, headers: [], basic: false) else {
                Issue.record("\(fields.keys) was read")
                continue
            }
        }
    }

    /// It was meant to be one, so it is refused as a bad one and not overlooked.
    @Test func `is an API key in those places, and nothing else is taken there`() {
        for fields in [
            ["X-API-Key": Self.token], ["X-API-Key": ""],
            ["Authorization": Self.basic(Self.token)], ["Authorization": Self.basic("")],
        ] {
            #expect(text(shown(fields)) == "")
        }
    }

    @Test func `is refused beside another, wherever the two stand`() {
        let places: [[String: String]] = [
            ["X-API-Key": Self.key], ["Api-Key": Self.key], ["Authorization": "Bearer \(Self.key)"],
        ]
        for (index, one) in places.enumerated() {
            #expect(fault(shown(one, besides: Self.key)) == .several)
            for other in places.dropFirst(index + 1) {
                #expect(fault(shown(one.merging(other) { $1 })) == .several)
            }
        }
        // Whatever the other is.
        for header in [Self.basic("somebody", "else"), "Digest x", "Bearer: x", ""] {
            #expect(fault(shown(["X-API-Key": Self.key, "Authorization": header])) == .several)
        }
        #expect(fault(shown(["Authorization": Self.basic(Self.key, Self.key)])) == .password)
        #expect(fault(shown(["Authorization": Self.basic(Self.key, "x")])) == .password)
    }

    @Test func `behind "Bearer:" is told of its colon`() {
        for header in ["Bearer: \(Self.key)", "bearer:\(Self.key)", "BEARER:"] {
            #expect(fault(shown(["Authorization": header])) == .colon)
            #expect(fault(shown(["Authorization": header], headers: [], basic: false)) == .colon)
        }
    }

    @Test func `never prints itself`() {
        let presented = shown(["X-API-Key": Self.key])
        var dumped = ""
        dump(presented, to: &dumped)
        for text in ["\(presented)", String(reflecting: presented), dumped] {
            #expect(!text.contains(Self.key.suffix(40)))
        }
    }
}

/// One way in is as good as the other, at both doors and at the management API.
@Suite("API keys in other places, on the wire", .serialized)
struct OtherPlacesWireTests {
    private static let product = """
        product: {name: Acme}
        scopes: {data.read: {description: Read data}}
        policy: {api_key_headers: [X-API-Key], api_key_basic: true}
        """

    private func fields(_ fields: [(String, String)]) -> String {
        fields.map { "\($0): \($1)\r\n" }.joined()
    }

    private func basic(_ user: String, _ password: String = "") -> String {
        "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
    }

    /// What `path` says through the door on the event loop, then through the other.
    private func answers(_ server: ServerProcess, _ path: String, _ fields: String) throws -> [RawAnswer] {
        let request = "GET \(path) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n"
        return try [server.exchange(request)[0], server.exchange(get("/readyz") + request, answers: 2)[1]]
    }

    @Test func `verification and the management API take a key from each place, and from two none`() async throws {
        try await ServerProcess.withDemo(product: Self.product) { server, demo in
            for (path, key) in [("/verify?scope=data.read", demo.apiKey), ("/api/v1/me", demo.operatorKey)] {
                for good in [
                    [("X-API-Key", key)], [("x-api-key", key)], [("Authorization", basic(key))],
                    [("Authorization", "Bearer \(key)")],
                ] {
                    for answer in try answers(server, path, fields(good)) {
                        #expect(answer.status == 200, "\(path) \(good.map(\.0))")
                    }
                }
                for (bad, words) in [
                    ([("X-API-Key", key), ("Authorization", "Bearer \(key)")], "one credential"),
                    ([("X-API-Key", key), ("Authorization", basic(key))], "one credential"),
                    ([("Authorization", basic(key, "x"))], "password empty"),
                    ([("Authorization", "Bearer: \(key)")], "without a colon"),
                ] {
                    for answer in try answers(server, path, fields(bad)) {
                        #expect(answer.status == 401, "\(path) \(bad.map(\.0))")
                        let challenge = answer["WWW-Authenticate"] ?? ""
                        #expect(challenge.contains(#"error="invalid_request""#), "\(challenge)")
                        #expect(challenge.contains(words), "\(challenge)")
                    }
                }
                // The same field twice is a list, which is no key.
                for answer in try answers(server, path, fields([("X-API-Key", key), ("X-API-Key", key)])) {
                    #expect(answer.status == 401)
                }
            }
            let token = try await server.token(demo.integration)
            for answer in try answers(server, "/verify", fields([("X-API-Key", token)])) {
                #expect(answer.status == 401)
            }
            #expect(!server.log.contains(demo.apiKey))
            #expect(!server.log.contains(demo.operatorKey))
        }
    }
}
