import Foundation
import CredentialFormat
import Model
import OAuth
import TestSupport
import Testing

@Suite("How a client claims to be itself (RFC 6749 §2.3.1)")
struct ClientClaimTests {
    @Test func `Basic names identifier and secret`() throws {
        let claim = try claim("Basic " + encoded("id:se:cret"))
        #expect(claim.method == .basic)
        #expect(claim.identifier == "id")
        #expect(claim.secret.text == "se:cret")
    }

    @Test(arguments: ["basic ", "BASIC ", "bAsIc ", "Basic  ", "Basic    "])
    func `the scheme is read in any case, with any spaces behind it`(_ scheme: String) throws {
        #expect(try claim(scheme + encoded("id:secret")).identifier == "id")
    }

    @Test func `the body names them too`() throws {
        let claim = try ClientClaim(authorization: nil, form: Form(parsing: "client_id=id&client_secret=se%2Bcret"))
        #expect(claim.method == .post)
        #expect(claim.identifier == "id")
        #expect(claim.secret.text == "se+cret")
    }

    @Test(arguments: [
        ("100%25", "100%"), ("a%2Bb", "a+b"), ("a+b", "a b"), ("a%3Ab", "a:b"), ("%C3%A9", "é"), ("%25%32%42", "%2B"),
    ])
    func `identifier and secret of Basic are form-decoded once (J9)`(_ sent: String, _ meant: String) throws {
        #expect(try claim("Basic " + encoded("id:\(sent)")).secret.text == meant)
        #expect(try claim("Basic " + encoded("\(sent):secret")).identifier == meant)
        #expect(try claim("Basic " + encoded("\(sent):\(sent)")).secret.text == meant)
    }

    @Test(arguments: ["id:100%", "id:%zz", "%:secret", "id:%00", "id:%FF", "id", "", "\u{0}:a"])
    func `what decodes to nothing sensible is refused`(_ credentials: String) {
        expect(.invalidClient) { try claim("Basic " + encoded(credentials)) }
    }

    @Test(arguments: [
        "Basic aWQ6c2VjcmV0MQ", "Basic aWQ6c2VjcmV0MQ=", "Basic aWQ6c2VjcmV0MQ===", "Basic aWQ6c2VjcmV0MR==",
        "Basic aWQ6c2Vjcm=V0MQ==", "Basic aWQ6c2VjcmV0MQ==AAAA", "Basic aWQ6c2VjcmV0MQ== ", "Basic aWQ6\u{9}c2Vj",
        "Basic ====", "Basic =", "Basic", "Basic ", "Basicé", "Basicaaa", "Bearer aWQ6c2VjcmV0MQ==", "aWQ6c2VjcmV0MQ==",
        "", "é", "Basié aWQ6c2VjcmV0MQ==", "Basic aWQ6c2Vj-_==", "Basic\u{9}aWQ6c2VjcmV0MQ==",
    ])
    func `only base64 as an encoder writes it is read`(_ header: String) {
        expect(.invalidClient) { try claim(header) }
    }

    @Test func `the same text with its padding is read`() throws {
        #expect(try claim("Basic aWQ6c2VjcmV0MQ==").secret.text == "secret1")
        #expect(try claim("Basic " + encoded("id:secret12")).secret.text == "secret12")
        #expect(try claim("Basic " + encoded("id:secret123")).secret.text == "secret123")
    }

    @Test func `every length and every byte goes there and back`() throws {
        var generator = SeededGenerator(seed: 5)
        for length in 0..<200 {
            let secret = String(
                decoding: (0..<length).map { _ in UInt8.random(in: 0x2C...0x7E, using: &generator) }, as: UTF8.self)
            #expect(try claim("Basic " + encoded("id:\(secret)")).secret.text == secret)
        }
    }

    @Test func `noise in the header is refused, and traps nowhere`() {
        var generator = SeededGenerator(seed: 6)
        let alphabet = Array("BASICbasic =AZaz09+/:é\u{0}")
        for _ in 0..<20_000 {
            let noise = String(
                (0..<Int.random(in: 0...16, using: &generator)).map { _ in
                    alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
                })
            _ = try? claim(noise)
            _ = try? claim("Basic " + noise)
        }
    }

    @Test func `a huge header is refused`() {
        expect(.invalidClient) { try claim("Basic " + encoded("id:" + String(repeating: "x", count: 100_000))) }
    }

    @Test func `two methods at once are refused`() {
        let header = "Basic " + encoded("id:secret")
        expect(.invalidRequest) { try claim(header, "client_secret=secret") }
        expect(.invalidRequest) { try claim(header, "client_id=id&client_secret=secret") }
        expect(.invalidRequest) { try claim("Bearer x", "client_id=id&client_secret=secret") }
    }

    @Test func `client_id beside Basic must be the same`() throws {
        let header = "Basic " + encoded("id:secret")
        #expect(try claim(header, "client_id=id").method == .basic)
        expect(.invalidRequest) { try claim(header, "client_id=other") }
    }

    @Test(arguments: [
        "", "client_secret=secret", "client_id=&client_secret=", "client_id=&client_secret=secret",
    ])
    func `a request that names no client is not authenticated`(_ body: String) {
        expect(.invalidClient) { try ClientClaim(authorization: nil, form: Form(parsing: body)) }
    }

    @Test(arguments: ["client_id=id", "client_id=id&client_secret="])
    func `a client without a secret proves nothing`(_ body: String) throws {
        let claim = try ClientClaim(authorization: nil, form: Form(parsing: body))
        #expect(claim.method == .none)
        #expect(claim.identifier == "id")
    }

    private func claim(_ header: String, _ body: String = "") throws -> ClientClaim {
        try ClientClaim(authorization: header, form: Form(parsing: body))
    }

    private func encoded(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    private func expect(
        _ code: OAuthError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> ClientClaim
    ) {
        #expect(throws: OAuthError(code, ""), sourceLocation: sourceLocation) { try body() }
    }
}
