import HTTPServing
import HTTPTypes
import Policy
import TestSupport
import Testing

@Suite("Whose word about the caller's address counts (K1)")
struct TrustedProxiesTests {
    private static let trusted = ["10.0.0.0/8", "2001:db8:1::/48"]

    @Test func `nobody's, where no proxy is trusted`() {
        let proxies = TrustedProxies()
        for (name, value) in [("X-Forwarded-For", "192.0.2.1"), ("Forwarded", "for=192.0.2.1")] {
            #expect(
                proxies.clientAddress(peer: IPAddress("10.0.0.1"), fields: fields(name, value)) == IPAddress("10.0.0.1")
            )
        }
    }

    @Test(arguments: ["198.51.100.1", "11.0.0.1", "2001:db8:2::1", nil])
    func `not a stranger's`(_ peer: String?) {
        let address = peer.flatMap { IPAddress($0) }
        for (name, value) in [
            ("X-Forwarded-For", "192.0.2.1"), ("Forwarded", "for=192.0.2.1"), ("X-Real-IP", "192.0.2.1"),
        ] {
            #expect(Self.proxies.clientAddress(peer: address, fields: fields(name, value)) == address)
        }
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"),
        // From the right: what stands left of the first stranger is that stranger's own word.
        ("1.1.1.1, 192.0.2.1", "192.0.2.1"), ("1.1.1.1,192.0.2.1,10.0.0.7", "192.0.2.1"),
        ("10.0.0.9, 192.0.2.1, 10.0.0.7, 10.0.0.8", "192.0.2.1"), ("x, 192.0.2.1", "192.0.2.1"),
        (",192.0.2.1", "192.0.2.1"),
        // All of them ours: the first.
        ("10.0.0.9, 10.0.0.7", "10.0.0.9"),
        // Spellings.
        ("::ffff:192.0.2.1", "192.0.2.1"), ("[::ffff:192.0.2.1]:443", "192.0.2.1"), ("192.0.2.1:4711", "192.0.2.1"),
        ("[2001:db8::1]:443", "2001:db8::1"), ("[2001:db8::1]", "2001:db8::1"), ("2001:db8::1", "2001:db8::1"),
        ("  192.0.2.1\t", "192.0.2.1"), ("1.1.1.1, 2001:db8:1::5, ::ffff:10.1.1.1", "1.1.1.1"),
    ])
    func `a trusted proxy's X-Forwarded-For is read from the right`(_ value: String, _ expected: String) {
        #expect(address(["X-Forwarded-For": value]) == IPAddress(expected))
    }

    @Test(arguments: [
        "", " ", "x", "unknown", "192.0.2.1,", "192.0.2.1, ", "192.0.2.01", "192.0.2.1:", "192.0.2.1:x",
        "192.0.2.1:99999",
        "192.0.2", "192.0.2.1.5", "0x7f.1", "3221225985", "fe80::1%eth0", "[2001:db8::1", "2001:db8::1]",
        "[2001:db8::1]x",
        "[192.0.2.1", "\"192.0.2.1\"", "192.0.2.1;10.0.0.1", "192.0.2.1 10.0.0.1", "evil.example", "192.0.2.1\u{301}",
        "192.0.2.1,\u{301}10.0.0.1", "１９２.0.2.1", "192.0.2.1, x, 10.0.0.1",
    ])
    func `an entry that is no plain address makes the caller unknown`(_ value: String) {
        #expect(address(["X-Forwarded-For": value]) == nil)
    }

    @Test(arguments: [
        ("for=192.0.2.1", "192.0.2.1"), ("For=192.0.2.1;proto=https;by=10.0.0.1", "192.0.2.1"),
        ("proto=https; for=192.0.2.1", "192.0.2.1"), ("for=\"192.0.2.1\"", "192.0.2.1"),
        ("for=\"192.0.2.1:47011\"", "192.0.2.1"), ("for=\"[2001:db8::1]:4711\"", "2001:db8::1"),
        ("for=1.1.1.1, for=192.0.2.1", "192.0.2.1"), ("for=192.0.2.1, for=10.0.0.3", "192.0.2.1"),
        ("for=unknown, for=192.0.2.1;by=10.0.0.1", "192.0.2.1"), ("for=\"_x, for=192.0.2.1", "192.0.2.1"),
    ])
    func `a trusted proxy's Forwarded is read from the right`(_ value: String, _ expected: String) {
        #expect(address(["Forwarded": value]) == IPAddress(expected))
    }

    @Test(arguments: [
        "", "for=", "for=unknown", "for=_hidden", "for=\"_gazonk\"", "by=192.0.2.1", "for=192.0.2.1;for=192.0.2.2",
        "192.0.2.1",
        "for = 192.0.2.1", "for=\"192.0.2.1", "for=192.0.2.1\"", "for=192.0.2.1,", "for=192.0.2.1, proto=https",
        "for=\"192.0.2.1\\\"\"", "xfor=192.0.2.1",
    ])
    func `an element that names no address makes the caller unknown`(_ value: String) {
        #expect(address(["Forwarded": value]) == nil)
    }

    @Test func `several lines of one field are one list`() {
        var fields = HTTPFields()
        for (name, values) in [("X-Forwarded-For", ["1.1.1.1", "192.0.2.1", "10.0.0.2"])] {
            for value in values { fields.append(HTTPField(name: Self.name(name), value: value)) }
        }
        #expect(Self.proxies.clientAddress(peer: IPAddress("10.0.0.1"), fields: fields) == IPAddress("192.0.2.1"))
    }

    @Test func `a field that the proxy passes on cannot stand in for the one that it writes`() {
        #expect(address(["Forwarded": "for=192.0.2.66", "X-Forwarded-For": "198.51.100.1"]) == nil)
        #expect(address(["Forwarded": "for=198.51.100.1", "X-Forwarded-For": "192.0.2.66"]) == nil)
        #expect(address(["Forwarded": "for=unknown", "X-Forwarded-For": "198.51.100.1"]) == nil)
        #expect(address(["Forwarded": "for=192.0.2.1", "X-Forwarded-For": "192.0.2.1:80"]) == IPAddress("192.0.2.1"))
    }

    @Test func `a trusted peer that says nothing is the caller`() {
        #expect(address([:]) == IPAddress("10.0.0.1"))
        let mapped = Self.proxies.clientAddress(
            peer: IPAddress("::ffff:10.0.0.1"), fields: fields("X-Forwarded-For", "192.0.2.1"))
        #expect(mapped == IPAddress("192.0.2.1"))
    }

    @Test func `noise traps nowhere, and never yields an address that is not written there`() {
        var generator = SeededGenerator(seed: 9)
        let alphabet = Array("019.:,[];=\" for%ax\u{301}")
        for _ in 0..<20_000 {
            let noise = String(
                (0..<Int.random(in: 0...30, using: &generator)).map { _ in
                    alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
                })
            _ = address(["X-Forwarded-For": noise])
            _ = address(["Forwarded": "for=" + noise])
            #expect(address(["X-Forwarded-For": noise + ", 198.51.100.7"]) == IPAddress("198.51.100.7"))
        }
    }

    private static let proxies = TrustedProxies(trusted.compactMap { IPRange($0) })

    private static func name(_ name: String) -> HTTPField.Name { HTTPField.Name(name) ?? .server }

    private func fields(_ name: String, _ value: String) -> HTTPFields { [Self.name(name): value] }

    private func address(_ values: [String: String]) -> IPAddress? {
        Self.proxies.clientAddress(peer: IPAddress("10.0.0.1")) { values[$0] }
    }
}
