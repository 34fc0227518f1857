import CredentialFormat
import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import WebConsole

@Suite("Forms and visits print redacted (K9)")
struct FormRedactionTests {
    @Test func `a form shows no field and no visit shows a cookie`() async throws {
        let request = Request(
            head: HTTPRequest(
                method: .post, scheme: nil, authority: nil, path: "/sign-in",
                headerFields: [.contentType: "application/x-www-form-urlencoded"]),
            body: RequestBody(buffer: ByteBuffer(string: "email=ada%40example.com&password=S3cr3tS3cr3t")))
        let form = try await PageForm(request)
        var dumped = ""
        dump([form], to: &dumped)
        for text in ["\(form)", String(reflecting: form), dumped] { #expect(!text.contains("S3cr3t")) }
        #expect(Self.isRedacted(Visit.self))
    }

    /// A visit is made of a request that the router has matched, so its type has to answer for it.
    private static func isRedacted<T>(_ type: T.Type) -> Bool { type is any Redacted.Type }
}
