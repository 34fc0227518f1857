import CredentialFormat
import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import WebConsole

@Suite("Forms and visits print redacted (K9)")
struct FormRedactionTests {
    @Test func `a form shows no field and no visit shows a cookie`() async throws {
        let form = try await PageForm(Self.request("email=ada%40example.com&password=S3cr3tS3cr3t"))
        var dumped = ""
        dump([form], to: &dumped)
        for text in ["\(form)", String(reflecting: form), dumped] { #expect(!text.contains("S3cr3t")) }
        #expect(Self.isRedacted(Visit.self))
    }

    @Test(arguments: [
        ("label=a&csrf=x&label=b", PageProblem.repeated("label")), ("a=%zz", PageProblem.unreadable),
        ("%3Cb%3E=1&%3Cb%3E=2", PageProblem.unreadable),
    ])
    func `of a field that comes twice the name is told, where it looks like one`(
        _ body: String, _ problem: PageProblem
    ) async {
        await #expect(throws: problem) { try await PageForm(Self.request(body)) }
    }

    private static func request(_ body: String) -> Request {
        Request(
            head: HTTPRequest(
                method: .post, scheme: nil, authority: nil, path: "/sign-in",
                headerFields: [.contentType: "application/x-www-form-urlencoded"]),
            body: RequestBody(buffer: ByteBuffer(string: body)))
    }

    /// A visit is made of a request that the router has matched, so its type has to answer for it.
    private static func isRedacted<T>(_ type: T.Type) -> Bool { type is any Redacted.Type }
}
