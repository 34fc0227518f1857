import Crypto
import Foundation
import Locking
import Logging
import NIOPosix
import ProviderDefinition
import TestSupport
import Testing
import Tokens

@testable import Outbound
@testable import Server

/// The keys of who reports leaked secrets, from where they are published.
@Suite("A partner's keys")
struct PartnerKeysTests {
    @Test func `a key is asked for when a report names it, once a minute, and an outage takes none away`() async throws
    {
        let (clock, partner) = (FixedClock(), PublishedKeys())
        let place = try #require(PartnerKeyPlace("https://partner.example/keys"))
        let keys = PartnerKeys(place, through: partner, logger: Logger(label: "test"), now: clock.now)
        func knows(_ identifier: String) async -> Bool? { await keys.keys(having: identifier)?.has(identifier) }

        #expect(await knows("first") == nil, "Nothing can be had.")
        partner.publish(["first"])
        #expect(await knows("first") == nil && partner.asked == 1, "It was asked in this minute.")
        clock.advance(seconds: 60)
        #expect(await knows("first") == true)
        partner.publish(["first", "second"])
        // Not false: a report that is refused is not sent again.
        #expect(await knows("second") == nil && partner.asked == 2)
        clock.advance(seconds: 60)
        #expect(await knows("second") == true)
        clock.advance(seconds: 60)
        #expect(await knows("made-up") == false && partner.asked == 4)
        partner.publish(nil)
        clock.advance(seconds: 86_400)
        #expect(await knows("first") == true && partner.asked == 5)
        partner.publish(["second"])
        #expect(await knows("first") == true && partner.asked == 5)
        clock.advance(seconds: 60)
        #expect(await knows("first") == false, "The partner has taken it back.")
    }

    @Test(.endedIfItHangs)
    func `keys are taken from nobody whose certificate is not trusted`() async throws {
        try await withTemporaryFolder { folder in
            let certificates = TestCertificates(folder: folder)
            try await certificates.make("a")
            let port = try FreePort.find()
            let list = try PublishedKeys.list(["first"])
            try Data(list).write(to: URL(filePath: folder + "/keys"))
            let host = try await BackgroundProcess(
                "/usr/bin/env",
                [
                    "openssl", "s_server", "-accept", "127.0.0.1:\(port)", "-cert", "a.pem", "-key", "a-key.pem",
                    "-WWW", "-quiet",
                ], in: folder)
            defer { host.signal(SIGKILL) }
            let base = "https://127.0.0.1:\(port)"
            let isThere = try await eventually {
                try await FinishedCommand.tool(
                    "curl", ["-sS", "--cacert", certificates.path("a.pem"), base + "/keys"]
                ).output.contains("first")
            }
            #expect(isThere, "It is there for whoever trusts it.")
            let place = try #require(PartnerKeyPlace("https://partner.example/keys"))
            // In the partner's place, as a simulator is, but with TLS.
            let call = OutboundCall(OutboundReach(base: base, isPublicOnly: false), on: .singleton)
            let keys = PartnerKeys(place, through: call, logger: Logger(label: "test"), now: FixedClock().now)
            let had = await keys.keys(having: "first")
            try await call.close()
            #expect(had == nil)
        }
    }
}

/// A partner that publishes what a test says.
private final class PublishedKeys: ProviderTransport {
    private let state = Lock((identifiers: [String]?.none, asked: 0))

    var asked: Int { state.withLock { $0.asked } }

    /// - Parameter identifiers: Of its keys, nil for an outage.
    func publish(_ identifiers: [String]?) {
        state.withLock { $0.identifiers = identifiers }
    }

    /// The document that lists keys of these identifiers.
    static func list(_ identifiers: [String]) throws -> [UInt8] {
        let key = P256.Signing.PrivateKey().publicKey.pemRepresentation
        let json: JSON = [
            "public_keys": .list(identifiers.map { ["key_identifier": .text($0), "key": .text(key)] })
        ]
        return Array(try json.bytes)
    }

    func send(
        _ request: ProviderRequest, within hosts: HostAllowList, timeout: Duration
    ) async -> ProviderResponse {
        let identifiers = state.withLock { state in
            state.asked += 1
            return state.identifiers
        }
        guard let identifiers, let body = try? Self.list(identifiers), hosts.allows(request.host) else {
            return .notSent(code: "unreachable")
        }
        return .answered(ProviderAnswer(status: 200, body: body))
    }
}
