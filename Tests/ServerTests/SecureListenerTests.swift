import Foundation
import HTTPServing
import Logging
import Measuring
import Model
import TestSupport
import Testing

@testable import Server

@Suite("TLS")
struct SecureListenerTests {
    /// Two pairs, the first of them in place.
    private func withCertificates<R>(_ body: (TestCertificates) async throws -> R) async throws -> R {
        try await withTemporaryFolder { folder in
            let certificates = TestCertificates(folder: folder)
            for name in ["a", "b"] { try await certificates.make(name) }
            try certificates.put("a.pem", as: "cert.pem")
            try certificates.put("a-key.pem", as: "key.pem")
            return try await body(certificates)
        }
    }

    @Test(.endedIfItHangs)
    func `HTTP/1.1 and HTTP/2 are answered as without TLS, a new certificate ends nothing, and floods end alone`()
        async throws
    {
        try await withCertificates { certificates in
            let port = try FreePort.find()
            let flags = [
                "--tls-listen", "127.0.0.1:\(port)", "--tls-certificate-file", certificates.path("cert.pem"),
                "--tls-key-file", certificates.path("key.pem"), "--log-level", "info",
            ]
            try await ServerProcess.withDemo(arguments: flags) { server, demo in
                let base = "https://127.0.0.1:\(port)"
                func curl(_ path: String, _ options: [String]) async throws -> [String] {
                    let told = try await FinishedCommand.tool(
                        "curl",
                        ["-sS", "--cacert", certificates.path("a.pem"), "-w", "\n%{http_version} %{http_code}"]
                            + options + [base + path])
                    return told.text.components(separatedBy: "\n")
                }
                let isThere = try await eventually { try await curl("/healthz", []).last == "2 200" }
                #expect(isThere)
                let large = certificates.path("large")
                try String(repeating: "x", count: 70_000).write(toFile: large, atomically: true, encoding: .utf8)
                let bearer = ["-H", "Authorization: Bearer \(demo.apiKey)"]
                let me = try await server.get("/api/v1/me", bearer: demo.operatorKey)
                for (flag, version) in [("--http1.1", "1.1"), ("--http2", "2")] {
                    #expect(try await curl("/verify", [flag] + bearer).last == "\(version) 200")
                    #expect(try await curl("/verify", [flag]).last == "\(version) 401")
                    let token = try await curl(
                        "/oauth2/token",
                        [
                            flag, "-u", "\(demo.integration.id):\(demo.integration.secret)", "-d",
                            "grant_type=client_credentials",
                        ])
                    #expect(token.first?.contains("access_token") == true && token.last == "\(version) 200")
                    let mine = try await curl(
                        "/api/v1/me", [flag, "-H", "Authorization: Bearer \(demo.operatorKey)"])
                    #expect(mine == [me.text, "\(version) 200"])
                    for path in ["/oauth2/token", "/api/v1/accounts"] {
                        let refused = try await curl(path, [flag, "--data-binary", "@\(large)"])
                        #expect(refused.last == "\(version) 413", "\(refused)")
                    }
                    #expect(try await curl("/nowhere", [flag]).last == "\(version) 404")
                }
                #expect(try await curl("/healthz", ["--tls-max", "1.2"]).last == "2 200")
                let feed = try await curl(
                    "/api/v1/revocation-feed",
                    ["-u", "\(demo.resourceServer.id):\(demo.resourceServer.secret)"])
                #expect(feed.first?.contains("HTTP/1.1") == true && feed.last == "2 503")
                try await becomes("the log has the protocol") {
                    server.log.contains(#""protocol":"h2""#) || server.log.contains("protocol=h2")
                }
                let old = try await FinishedCommand.tool(
                    "openssl",
                    ["s_client", "-connect", "127.0.0.1:\(port)", "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"])
                #expect(old.status != 0 && old.text.contains("protocol version"), "\(old.text)")
                let connections = try await FinishedCommand.foreignClient(
                    "tls_connections.py",
                    ["\(port)", "\(server.identifier)", certificates.folder, server.folder.path + "/log.txt"])
                #expect(connections.status == 0, "\(connections.text)")
                #expect(try await server.stop() == 0)
            }
        }
    }

    @Test func `half a replacement changes nothing and is told once, and a whole one is served`() async throws {
        try await withCertificates { certificates in
            let served = try ServedCertificate(
                certificates.files, now: SystemClock.now, logger: Logger(label: "test"))
            func counts() -> [Double] { served.changes.map(\.value) }
            let first = served.context
            #expect((29 * 86_400...30 * 86_400).contains(served.secondsLeft))
            try certificates.put("b.pem", as: "cert.pem")
            for _ in 0..<3 { served.look() }
            #expect(served.context === first)
            #expect(counts() == [0, 1])
            try certificates.put("b-key.pem", as: "key.pem")
            for _ in 0..<3 { served.look() }
            #expect(served.context !== first)
            #expect(counts() == [1, 1])
            try FileManager.default.removeItem(atPath: certificates.path("key.pem"))
            for _ in 0..<3 { served.look() }
            #expect(counts() == [1, 2])
            try certificates.put("b-key.pem", as: "key.pem")
            served.look()
            #expect(counts()[1] == 2)
        }
    }

    @Test func `the log warns once a day of a certificate that is not valid yet, and of one that expires soon`()
        async throws
    {
        try await withCertificates { certificates in
            let today = SystemClock.now()
            for (days, warned) in [(-2, 2), (1, 0), (20, 2)] {
                let warnings = Warnings()
                let clock = FixedClock(today.adding(seconds: days * 86_400))
                let served = try ServedCertificate(
                    certificates.files, now: clock.now, logger: Logger(label: "test") { _ in WarningHandler(warnings) })
                for _ in 0..<3 { served.warn() }
                clock.advance(seconds: 86_400)
                served.warn()
                #expect(warnings.count == warned, "from \(days) days on")
            }
        }
    }

    @Test func `what cannot be served is named: a key of another, one that others may read, and what is no PEM`()
        async throws
    {
        try await withCertificates { certificates in
            func problem() -> String? {
                do throws(CertificateError) {
                    _ = try certificates.files.read()
                    return nil
                } catch {
                    return error.description
                }
            }
            #expect(problem() == nil)
            try certificates.put("b-key.pem", as: "key.pem")
            #expect(problem()?.contains("is not that of the first certificate") == true)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o644], ofItemAtPath: certificates.path("key.pem"))
            #expect(problem()?.contains("chmod 600") == true)
            try certificates.put("a.pem", as: "key.pem")
            #expect(problem()?.contains("holds no key in PEM") == true)
            try certificates.put("a-key.pem", as: "key.pem")
            try certificates.put("a-key.pem", as: "cert.pem")
            #expect(problem()?.contains("holds no certificates in PEM") == true)
        }
    }

    @Test func `its settings are said together, and at another address than the plain one`() {
        let needed: [ConfigurationKey: String] = [
            .issuer: "https://auth.example", .masterKeyFile: "/k", .listen: "0.0.0.0:8443",
        ]
        func errors(_ further: [ConfigurationKey: String]) -> [String] {
            let report = ConfigurationReport(flags: needed.merging(further) { $1 }, variables: [:])
            guard case .failure(let errors) = report.outcome else { return [] }
            return errors.errors.map(\.name)
        }
        let files: [ConfigurationKey: String] = [.tlsCertificateFile: "/c.pem", .tlsKeyFile: "/k.pem"]
        #expect(errors([:]) == [])
        #expect(errors([.tlsListen: "0.0.0.0:443"]) == ["tls-certificate-file", "tls-key-file"])
        #expect(errors(files) == ["tls-listen"])
        #expect(errors(files.merging([.tlsListen: "0.0.0.0:8443"]) { $1 }) == ["tls-listen"])
        #expect(errors(files.merging([.tlsListen: "0.0.0.0:443"]) { $1 }) == [])
    }
}

extension TestCertificates {
    fileprivate var files: CertificateFiles { CertificateFiles(certificate: path("cert.pem"), key: path("key.pem")) }
}
