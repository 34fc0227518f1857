import Crypto
import Foundation
import HTTPServing
import Measuring
import Model
import ProviderDefinition
import TestSupport
import TextForms
import Testing

@testable import Server

/// What a server does for a product that offers accounts at providers, besides pages and endpoints.
@Suite("A server whose product offers providers", .onEveryEngine)
struct ProviderServerTests {
    private static let secret = "s3cret-of-facebook"

    private static func signedRequest(secret: String = secret) -> String {
        let time = Int(Date().timeIntervalSince1970)
        let payload = Base64URL.text(
            Array(#"{"algorithm":"HMAC-SHA256","issued_at":\#(time),"user_id":"f1"}"#.utf8))
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(payload.utf8), using: SymmetricKey(data: Data(secret.utf8)))
        return Base64URL.text(Array(code)) + "." + payload
    }

    @Test func `the clock of most providers is what ours is compared with`() async throws {
        let transport = DatedTransport()
        let now = try #require(RFC3339.instant("2026-11-30T12:00:00Z"))
        let clocks = ProviderClocks(over: transport, now: { now })
        #expect(clocks.metric.read().isEmpty)
        for host in ["a.example", "b.example", "wrong.example", "silent.example"] {
            let request = ProviderRequest(method: .get, host: host, target: "/")
            _ = await clocks.send(request, within: HostAllowList([]), timeout: .seconds(1))
        }
        #expect(clocks.metric.read().map(\.value) == [90])
        for text in ["", "Mon, 30 Nov 2026 12:00:00 UTC", "Mon, 30 Non 2026 12:00:00 GMT", "a b c d e GMT"] {
            #expect(ProviderClocks.time(text) == nil)
        }
    }

    @Test func `a recovery journal is closed to others, and one server's alone`() throws {
        let folder = try Folder()
        let path = folder.path + "/new/recovery.journal"
        let journal = JournalFile(path: path)
        try journal.take()
        withExtendedLifetime(journal) {
            #expect(FileStatus(path)?.isOpenToOthers == false && journal.size == 0)
            let error = #expect(throws: CommandError.self) { try JournalFile(path: path).take() }
            #expect(error?.description.contains("recovery-journal") == true)
        }
    }

    @Test(.endedIfItHangs)
    func `pushes need the provider's signature, secrets come from settings or a command, and metrics tell of it`()
        async throws
    {
        let metrics = try FreePort.find()
        try await ServerProcess.withDemo(
            product: SampleProducts.text("altyaa"), arguments: ["--metrics", "127.0.0.1:\(metrics)"],
            environment: ["CLAVIGER_PROVIDER_SECRETS": "facebook=\(Self.secret)"]
        ) { server, demo in
            let journal = server.folder.path + "/recovery.journal"
            #expect(FileStatus(journal)?.isOpenToOthers == false)

            let push = "/connections/push/facebook"
            let request = [("signed_request", Self.signedRequest())]
            let taken = try await server.form("\(push)/deauthorize", request)
            #expect(taken.status == 202 && taken.body.isEmpty, "\(taken.text)")
            let forged = try await server.form(
                "\(push)/deauthorize", [("signed_request", Self.signedRequest(secret: "another"))])
            #expect(forged.status == 400 && !forged.text.contains("signature"), "\(forged.text)")
            #expect(try await server.form("\(push)/deauthorize", []).status == 400)
            let large = [("signed_request", String(repeating: "a", count: 30_000))]
            #expect(try await server.form("\(push)/deauthorize", large).status == 413)
            #expect(try await server.form("/connections/push/github/deauthorize", request).status == 404)
            #expect(try await server.form("/connections/push/tiktok/deauthorize", request).status == 404)
            // The secret is not set: nobody can tell who sent it.
            let impatient = Front(base: server.base)
            #expect(try await impatient.form("/connections/push/instagram/deauthorize", request).status == 503)
            #expect(try await server.get("\(push)/deauthorize").status == 405)
            let event = try await server.send(
                "POST", "/connections/push/google-business-profile/security-events",
                headers: [("Content-Type", "application/secevent+jwt")], body: Array("e30.e30.AA".utf8))
            #expect(event.status == 400, "\(event.text)")

            let erased = try await server.form("\(push)/data-deletion", request)
            #expect(erased.status == 200, "\(erased.text)")
            let page = try erased.json["url"].string
            #expect(page.hasPrefix(server.base + "/connections/erasures/facebook/"))
            let shown = try await server.get(String(page.dropFirst(server.base.count)))
            #expect(shown.status == 200 && shown.text.contains("Altyaa has destroyed"), "\(shown.text)")
            #expect(shown.text.contains(try erased.json["confirmation_code"].string))
            #expect(try await server.get("/connections/erasures/facebook/17000000000000000000").status == 404)

            let file = server.folder.path + "/secret"
            try "s3cret-of-tiktok\n".write(toFile: file, atomically: true, encoding: .utf8)
            func set(_ provider: String) async throws -> FinishedCommand {
                try await server.database.claviger(
                    ["provider", "secret", provider, "--file", file, "--environment", "development"]
                        + ["--product", server.folder.path + "/claviger.yaml"])
            }
            chmod(file, 0o644)
            #expect(try await set("tiktok").errors.contains("chmod 600"))
            chmod(file, 0o600)
            let done = try await set("tiktok")
            #expect(done.status == 0 && done.output.contains("altyaa-tiktok at tiktok is set"), "\(done.text)")
            let verified = try await server.database.claviger(
                [
                    "provider", "verify", "--environment", "development", "--product",
                    server.folder.path + "/claviger.yaml",
                ])
            #expect(verified.status == 0 && verified.output.contains("everything opens"), "\(verified.text)")
            let unknown = try await set("tiktak")
            #expect(unknown.status != 0 && unknown.errors.contains("It offers facebook"), "\(unknown.text)")
            let desk = try await server.get("/api/v1/me", bearer: demo.operatorKey).json["organization"]["id"].string
            let events = try await server.get(
                "/api/v1/organizations/\(desk)/audit-events?action=provider-access.secret-set", bearer: demo.operatorKey
            )
            #expect(events.text.contains("command:provider secret"), "\(events.text)")
            #expect(!events.text.contains("s3cret") && !server.log.contains("s3cret"))

            let told = try await Front(base: "http://127.0.0.1:\(metrics)").get("/metrics").text
            let pushes = #"claviger_provider_pushes_total{provider="facebook",outcome="#
            for line in [
                pushes + #""taken"} 2"#, pushes + #""refused"} 2"#, "claviger_recovery_journal_bytes 0",
                #"claviger_provider_breaker_open{provider="tiktok"} 0"#,
            ] {
                #expect(told.split(separator: "\n").contains { $0 == line }, "\(line)\n\(told)")
            }

            // Who makes up too many waits, and the provider gets in again.
            let answers = await race(100) { number in
                let made = [("signed_request", Self.signedRequest(secret: "\(number)"))]
                return try await server.form("\(push)/deauthorize", made).status
            }
            #expect(Set(try answers.map { try $0.get() }) == [400, 429])
            #expect(
                try await eventually { try await server.form("\(push)/deauthorize", request).status == 202 })
            #expect(try await server.stop() == 0)
        }
    }
}

/// Answers with the time that each host's clock has.
private struct DatedTransport: ProviderTransport {
    func send(
        _ request: ProviderRequest, within hosts: HostAllowList, timeout: Duration
    ) async -> ProviderResponse {
        let dates = [
            "a.example": "Mon, 30 Nov 2026 11:58:30 GMT", "b.example": "Mon, 30 Nov 2026 11:58:30 GMT",
            "wrong.example": "Sun, 29 Nov 2026 12:00:00 GMT",
        ]
        let date = dates[request.host].map { ProviderRequest.Header("date", $0) }
        return .answered(ProviderAnswer(status: 200, headers: [date].compactMap(\.self)))
    }
}
