import NIOCore
import NIOHTTP1
import Testing

@testable import HTTPServing

@Suite("The head of a request")
struct RequestHeadTests {
    private func read(
        _ fields: [(String, String)], _ method: HTTPMethod = .POST, _ uri: String = "/x",
        _ version: HTTPVersion = .http1_1
    ) -> Result<RequestHead, WireRefusal> {
        let head = HTTPRequestHead(version: version, method: method, uri: uri, headers: HTTPHeaders(fields))
        return Result { () throws(WireRefusal) in try RequestHead(head) }
    }

    private func refusal(_ result: Result<RequestHead, WireRefusal>) -> WireRefusal? {
        switch result {
        case .success: nil
        case .failure(let refusal): refusal
        }
    }

    @Test(arguments: [
        "a", "auth.example", "auth.example:443", "auth.example:", "A-1_b.example", "127.0.0.1:8080", "[::1]",
        "[::1]:8080", "%C3%A9.example", "a!$&'()*+,;=~", " a.example\t",
    ])
    func `takes a host with or without a port`(_ host: String) {
        #expect(refusal(read([("host", host)])) == nil)
    }

    @Test(arguments: [
        "", " ", ":80", "a b", "a/b", "a@b", "a,b c", "a:b", "a:65536", "a:80:81", "a?b", "a#b", "\"a\"", "[::1", "::1",
        "[::1]x", "[127.0.0.1]", "[]", "a%2", "a%zz", "é.example", "http://a", "a\\b",
    ])
    func `refuses what is no host`(_ host: String) {
        #expect(refusal(read([("Host", host)])) == .host)
        #expect(refusal(read([("Host", host)], .GET, "/x", .http1_0)) == .host)
    }

    @Test func `wants one host, and in HTTP 1.0 at most one`() {
        #expect(refusal(read([])) == .host)
        #expect(refusal(read([("Host", "a"), ("HOST", "a")])) == .host)
        #expect(refusal(read([], .GET, "/x", .http1_0)) == nil)
        #expect(refusal(read([("Host", "a"), ("Host", "a")], .GET, "/x", .http1_0)) == .host)
    }

    @Test(arguments: [
        ("0", 0, false), ("1", 1, false), ("65536", 65_536, false), ("65537", 65_537, true),
        ("9223372036854775807", .max, true), ("9223372036854775808", .max, true),
        ("18446744073709551615", .max, true), (" 7 ", 7, false),
    ])
    func `knows how much is announced, also what nobody can count`(_ text: String, _ length: Int, _ isTooLarge: Bool)
        throws
    {
        let head = try read([("Host", "a"), ("content-length", text)]).get()
        #expect(head.announced == length)
        #expect(head.isTooLarge == isTooLarge)
        #expect(head.hasBody == (length > 0))
    }

    @Test func `takes chunked and no other coding, and none in HTTP 1.0`() throws {
        let chunked = try read([("Host", "a"), ("Transfer-Encoding", " Chunked ")]).get()
        #expect(chunked.announced == nil && chunked.hasBody && !chunked.isTooLarge)
        for coding in ["gzip, chunked", "x", "chunked;q=1"] {
            #expect(refusal(read([("Host", "a"), ("Transfer-Encoding", coding)])) == .transferCoding)
        }
        #expect(refusal(read([("Host", "a"), ("Transfer-Encoding", "chunked, chunked")])) == .malformed)
        #expect(refusal(read([("Transfer-Encoding", "chunked")], .POST, "/x", .http1_0)) == .malformed)
    }

    @Test func `knows one expectation, and none in HTTP 1.0`() throws {
        #expect(try read([("Host", "a"), ("Expect", "100-Continue")]).get().waitsForContinue)
        #expect(try !read([("Host", "a")]).get().waitsForContinue)
        #expect(try !read([("Expect", "100-continue")], .POST, "/x", .http1_0).get().waitsForContinue)
        #expect(refusal(read([("Host", "a"), ("Expect", "tea")])) == .expectation)
    }

    @Test func `refuses tunnels and fragments`() {
        #expect(refusal(read([("Host", "a")], .CONNECT, "a:443")) == .method)
        #expect(refusal(read([("Host", "a")], .GET, "/x#y")) == .malformed)
    }

    @Test(arguments: [
        ("GEXT /x HTTP/1.1\r\nHost: a\r\n\r\n", HTTPParserError.invalidMethod, WireRefusal.method),
        ("get /x HTTP/1.1\r\nHost: a\r\n\r\n", .invalidMethod, .method), ("FO", .invalidMethod, .method),
        ("GET /x HTTP/1.1\r\nHost: a\r\n\r\nBREW /x HTTP/1.1\r\n", .invalidMethod, .method),
        ("\u{16}\u{3}\u{1}", .invalidMethod, .malformed), ("G{T /x HTTP/1.1\r\n", .invalidMethod, .malformed),
        ("GET /x HTTP/3.0\r\n\r\n", .invalidVersion, .version), ("GET /x HTTP/x\r\n\r\n", .invalidVersion, .malformed),
        ("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n", .invalidContentLength, .bodyTooLarge),
        ("99999\r\n\r\n", .invalidContentLength, .bodyTooLarge),
        ("POST / HTTP/1.1\r\nContent-Length: 3x\r\n", .invalidContentLength, .malformed),
        ("POST / HTTP/1.1\r\nContent-Length: 3\r\n", .invalidContentLength, .malformed),
        ("POST / HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n", .unknown, .transferCoding),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", .unknown, .malformed),
        ("", .headerOverflow, .headTooLarge), ("", .invalidEOFState, .clientLeft), ("", .lfExpected, .malformed),
    ])
    func `tells apart what the parser does not`(_ text: String, _ error: HTTPParserError, _ refusal: WireRefusal) {
        #expect(WireRefusal(error, in: ByteBuffer(string: text)) == refusal, "\(text)")
        #expect([refusal, .malformed, .clientLeft, .headTooLarge].contains(WireRefusal(error, in: nil)))
    }
}
