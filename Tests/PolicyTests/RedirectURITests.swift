import Foundation
import Policy
import Testing

@Suite("Redirect URIs")
struct RedirectURITests {
    @Test(arguments: [
        "https://app.example.com", "https://app.example.com/", "https://app.example.com:8443/a/b?c=d&e=%20f",
        "https://[2001:db8::1]/back", "http://127.0.0.1/back", "http://127.0.0.1:8000/back", "http://[::1]:9/back",
        "http://localhost:3000/back", "com.example.app:/back", "com.example.app://back", "com.example.app:back",
        "HTTPS://app.example.com/back", "https://xn--bcher-kva.example/back",
    ])
    func `what an app may be sent back to`(_ text: String) throws {
        let uri = try RedirectURI(parsing: text)
        #expect(uri.text == text)
        #expect(uri.matches(text))
    }

    @Test(
        arguments: [
            ("javascript:alert(1)", RedirectURI.Problem.scheme), ("data:text/html,x", .scheme),
            ("vbscript:x", .scheme), ("file:///etc/passwd", .scheme), ("blob:x", .scheme),
            ("about:blank", .scheme), ("//app.example.com", .scheme), ("/back", .scheme),
            ("app.example.com", .scheme), ("", .scheme), (":x", .scheme),
            ("1a.b:/x", .scheme), ("myapp:/back", .scheme),
            ("http://app.example.com/back", .plainHTTP), ("http://127.0.0.1.example.com/", .plainHTTP),
            ("http://127.0.0.2/", .plainHTTP), ("http://2130706433/", .plainHTTP), ("http://0x7f.1/", .plainHTTP),
            ("http://[::ffff:127.0.0.1]/", .plainHTTP), ("http://localhost.example.com/", .plainHTTP),
            ("https://app.example.com/back#x", .fragment), ("https://app.example.com/back#", .fragment),
            ("https://user@app.example.com/", .userInformation), ("https://a:b@app.example.com/", .userInformation),
            ("https://app.example.com@evil.example.com/", .userInformation),
            ("https://@app.example.com/", .userInformation),
            ("https:///back", .host), ("https:/back", .host), ("https:app.example.com", .host), ("https://", .host),
            ("https://app.example.com:/", .host), ("https://app.example.com:0/", .host),
            ("https://app.example.com:65536/", .host), ("https://app.example.com:0443/", .host),
            ("https://app.example.com:+1/", .host),
            ("https://app.example.com:1:2/", .host), ("https://[::1/", .host), ("https://[x]/", .host),
            ("https://app%2eexample.com/", .host), ("https://app,example.com/", .host),
            ("https://app.example.com/%", .brokenEscape), ("https://app.example.com/%2", .brokenEscape),
            ("https://app.example.com/%zz", .brokenEscape), ("https://app.example.com/%%20", .brokenEscape),
            ("https://app.example.com\\@evil.example.com/", .forbiddenCharacter),
            ("https://app.example.com/a b", .forbiddenCharacter),
            ("https://app.example.com/\r\nX: y", .forbiddenCharacter),
            ("https://app.example.com/\u{0}", .forbiddenCharacter), ("https://app.example.com/é", .forbiddenCharacter),
            ("https://*.example.com/", .forbiddenCharacter), ("https://app.example.com/<x>", .forbiddenCharacter),
            ("\thttps://app.example.com/", .forbiddenCharacter), (" https://app.example.com/", .forbiddenCharacter),
            ("https://app.example.com/" + String(repeating: "a", count: 2000), .tooLong),
        ] as [(String, RedirectURI.Problem)])
    func `what it may not (R1, R8)`(_ text: String, _ problem: RedirectURI.Problem) {
        #expect(throws: problem) { try RedirectURI(parsing: text) }
    }

    /// One byte more, less or other, in every place, is another URI.
    @Test(arguments: ["https://app.example.com/back?a=b", "com.example.app:/back", "http://localhost:3000/back"])
    func `a request names one to the letter (R1, R2)`(_ text: String) throws {
        let uri = try RedirectURI(parsing: text)
        let letters = Array(text.utf8)
        for place in letters.indices {
            for other in [letters[place] ^ 0x20, letters[place] &+ 1, UInt8(ascii: "%"), UInt8(ascii: "/")]
            where other != letters[place] {
                var changed = letters
                changed[place] = other
                #expect(!uri.matches(String(decoding: changed, as: UTF8.self)))
            }
            var shorter = letters
            shorter.remove(at: place)
            #expect(!uri.matches(String(decoding: shorter, as: UTF8.self)) || shorter == letters)
            for added in "/.:@?#%\\ \u{0}".utf8 {
                var longer = letters
                longer.insert(added, at: place)
                #expect(!uri.matches(String(decoding: longer, as: UTF8.self)))
            }
        }
        for spelling in [text.uppercased(), text + "/", text + "?", text + "#", text + "%20", "./" + text] {
            #expect(!uri.matches(spelling))
        }
    }

    @Test(arguments: [
        ("http://127.0.0.1/back", "http://127.0.0.1:9/back", true), ("http://[::1]:1/b", "http://[::1]/b", true),
        ("HTTP://127.0.0.1/back", "HTTP://127.0.0.1:9/back", true),
        ("http://127.0.0.1/back", "HTTP://127.0.0.1/back", false),
        ("http://127.0.0.1/back", "Http://127.0.0.1:9/back", false),
        ("HTTP://127.0.0.1/back", "http://127.0.0.1:9/back", false),
        ("http://127.0.0.1/back", "http://127.0.0.1:09/back", false),
        ("http://127.0.0.1/back", "http://127.0.0.1:00009/back", false),
    ])
    func `of a loopback address the port alone may differ, written plainly (R3)`(
        _ registered: String, _ named: String, _ isOne: Bool
    ) throws {
        #expect(try RedirectURI(parsing: registered).matches(named) == isOne)
    }

    @Test(arguments: [
        ("?code=1", true), ("?a=b&STATE", true), ("?a;iss=x", true), ("?%63ode=1", true), ("?c%6fd%65", true),
        ("?%FF=1", true), ("?a%00=1", true), ("", false), ("?", false), ("?=code", false), ("?a=code&b", false),
        ("?codes=1&xstate=2", false), ("/code=1", false), ("?co%2564e=1", false),
    ])
    func `a parameter of an answer is found in every spelling (R7)`(_ tail: String, _ isFound: Bool) throws {
        let uri = try RedirectURI(parsing: "https://app.example.com/back" + tail)
        #expect(uri.hasParameter(among: RedirectURI.answerParameters) == isFound)
    }

    /// Foundation follows RFC 3986. What we accept it reads, and it reads the same host in it.
    @Test func `no other parser reads another host in what is accepted (R1)`() {
        var generator = Repeatable(state: 11)
        let pieces = [
            "https", "http", ":", "/", "//", "@", "\\", "%", "%25", "%2F", "%40", "[", "]", "::1", "127.0.0.1",
            "localhost",
            "app.example.com", "evil.example.com", "?", "#", "&", "=", "a", ".", ":80", " ", "com.example", "é",
        ]
        var accepted = 0
        for _ in 0..<200_000 {
            let tail = (0..<Int.random(in: 1...7, using: &generator)).map { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &generator)]
            }.joined()
            let text = (Bool.random(using: &generator) ? "https://" : "http://") + tail
            guard let uri = try? RedirectURI(parsing: text), let origin = uri.origin else { continue }
            accepted += 1
            guard let read = URLComponents(string: text), let host = read.host, let scheme = read.scheme else {
                Issue.record("Foundation does not read \(text)")
                continue
            }
            #expect(read.user == nil)
            #expect(read.fragment == nil)
            let port = read.port.map { ":\($0)" } ?? ""
            #expect("\(scheme)://\(host)\(port)".lowercased() == origin, "\(text)")
        }
        #expect(accepted > 1000)
    }
}
