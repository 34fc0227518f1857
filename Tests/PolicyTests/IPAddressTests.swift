import Policy
import Testing

@Suite("Addresses (RFC 4291, RFC 5952)")
struct IPAddressTests {
    @Test(arguments: [
        ("0.0.0.0", "0.0.0.0"), ("192.0.2.1", "192.0.2.1"), ("255.255.255.255", "255.255.255.255"),
        ("::", "::"), ("::1", "::1"), ("2001:db8::1", "2001:db8::1"),
        // RFC 5952 §4.1 to §4.3: no leading zeros, the longest run, the first of two, lower case, never a single group.
        ("2001:0db8::0001", "2001:db8::1"), ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:DB8::ABCD", "2001:db8::abcd"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("0:0:0:0:0:0:0:0", "::"), ("1::", "1::"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ("::192.0.2.1", "::c000:201"),
    ])
    func `an address has one text`(_ text: String, _ canonical: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == canonical)
        #expect(IPAddress(canonical) == address)
    }

    @Test(
        "an IPv4-mapped address is the IPv4 address that it maps (threat K1)",
        arguments: [
            "::ffff:192.0.2.1", "::FFFF:192.0.2.1", "0:0:0:0:0:ffff:c000:0201", "::ffff:c000:201",
            "0000::ffff:192.0.2.1",
        ])
    func mapped(_ text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.family == .v4)
        #expect(address == IPAddress("192.0.2.1"))
        #expect(address.description == "192.0.2.1")
        #expect(IPAddress(v6: 0xFFFF_C000_0201) == address)
    }

    @Test(
        "another spelling of an address is no address (threat K1)",
        arguments: [
            "", " ", "1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "1.2.3.-4", "1.2.3.+4", "01.2.3.4", "1.2.3.04",
            "192.0.2.001", "0x7f.0.0.1",
            "127.1", "2130706433", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4\n", "1.2.3.4\0", "1.2.3.4:80", "１.2.3.4", "1,2,3,4",
            "1..2.3",
            ":", ":::", "1:::2", "1::2::3", ":1::2", "1::2:", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::",
            "::1:2:3:4:5:6:7:8",
            "1::2:3:4:5:6:7:8", "12345::", "g::", "fe80::1%eth0", "fe80::1%25eth0", "[::1]", "[::1]:80", "::1/128",
            "1.2.3.4::", "::1.2.3.4:5",
            "::1.2.3", "::01.2.3.4", "::ffff:192.0.2.256", "::ffff:192.0.2.01", "1:2:3:4:5:6:7:1.2.3.4", "::\u{301}1",
            "localhost",
            "::ffff:0192.0.2.1", "00001::", "::-1", "::+1", "::1\0", String(repeating: ":", count: 1000),
            String(repeating: "1.", count: 1000),
        ])
    func refused(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func `bits and texts agree`() {
        #expect(IPAddress(v4: 0x7F00_0001).description == "127.0.0.1")
        #expect(IPAddress(v6: 1).description == "::1")
        #expect(IPAddress(v6: .max).description == "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
        #expect(IPAddress(v6: 0xFFFE_C000_0201).family == .v6)
        #expect(IPAddress(v4: 1) != IPAddress(v6: 1))
    }
}

@Suite("Blocks of addresses (RFC 4632)")
struct IPRangeTests {
    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.0/24"), ("192.0.2.7", "192.0.2.7"), ("192.0.2.7/32", "192.0.2.7"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("::/0", "::/0"), ("2001:DB8::/32", "2001:db8::/32"), ("::1/128", "::1"), ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("::ffff:0:0/96", "0.0.0.0/0"), ("::ffff:10.1.2.3", "10.1.2.3"),
    ])
    func `a block has one text`(_ text: String, _ canonical: String) throws {
        let range = try #require(IPRange(text))
        #expect(range.description == canonical)
        #expect(IPRange(canonical) == range)
    }

    @Test(arguments: [
        "", "/", "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+8", "192.0.2.0/08", "192.0.2.0/024",
        "192.0.2.0/24/24",
        "192.0.2.1/24", "192.0.2.128/24", "0.0.0.1/0", "2001:db8::1/64", "::1/0", "::/129", "::/1000",
        "::ffff:10.0.0.0/95", "::ffff:0:0/0",
        "192.0.2.0 /24", "192.0.2.0/ 24", "192.0.2.0/24 ", "192.0.2.0/255.255.255.0", "192.0.2.0-192.0.2.9",
        "192.0.2.*", "fe80::%eth0/64",
        "192.0.2/24",
    ])
    func `a slip or another spelling is refused`(_ text: String) {
        #expect(IPRange(text) == nil)
    }

    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.0", true), ("192.0.2.0/24", "192.0.2.255", true),
        ("192.0.2.0/24", "192.0.3.0", false),
        ("192.0.2.0/24", "192.0.1.255", false), ("192.0.2.0/24", "::ffff:192.0.2.9", true),
        ("::ffff:192.0.2.0/120", "192.0.2.9", true),
        ("192.0.2.0/24", "::192.0.2.9", false), ("192.0.2.0/31", "192.0.2.1", true),
        ("192.0.2.0/31", "192.0.2.2", false),
        ("0.0.0.0/0", "255.255.255.255", true), ("0.0.0.0/0", "::1", false), ("::/0", "192.0.2.1", false),
        ("::/0", "2001:db8::1", true),
        ("2001:db8::/32", "2001:db8:ffff::", true), ("2001:db8::/32", "2001:db9::", false),
        ("2001:db8::/127", "2001:db8::1", true),
        ("2001:db8::/127", "2001:db8::2", false), ("128.0.0.0/1", "127.255.255.255", false),
        ("128.0.0.0/1", "128.0.0.0", true),
    ])
    func `a block contains what shares its leading bits, of its own family`(
        _ range: String, _ address: String, _ expected: Bool
    ) throws {
        let range = try #require(IPRange(range))
        #expect(range.contains(try #require(IPAddress(address))) == expected)
    }
}

@Suite("Address rules (law 3)")
struct AddressRuleTests {
    private func list(_ texts: String...) -> AddressRule? {
        AddressRule(within: texts.compactMap { IPRange($0) })
    }

    @Test func `an unknown address is allowed by no list, and by the absence of one`() throws {
        let all = try #require(list("0.0.0.0/0", "::/0"))
        #expect(!all.allows(nil))
        #expect(AddressRule.anywhere.allows(nil))
        #expect(AddressRule.anywhere.allows(IPAddress("192.0.2.1")))
    }

    @Test func `an empty list cannot be written`() {
        #expect(AddressRule(within: []) == nil)
    }

    @Test func `a list has at most 64 blocks`() {
        let ranges = (0..<65).map { IPRange(only: IPAddress(v4: $0)) }
        #expect(AddressRule(within: Array(ranges.prefix(64)))?.ranges?.count == 64)
        #expect(AddressRule(within: ranges) == nil)
    }

    @Test func `any block of the list allows`() throws {
        let rule = try #require(list("192.0.2.0/24", "198.51.100.7", "2001:db8::/32"))
        for text in ["192.0.2.200", "198.51.100.7", "2001:db8::7", "::ffff:198.51.100.7"] {
            #expect(rule.allows(IPAddress(text)), "\(text)")
        }
        for text in ["192.0.3.1", "198.51.100.8", "2001:db9::7", "::198.51.100.7", "::1"] {
            #expect(!rule.allows(IPAddress(text)), "\(text)")
        }
        #expect(AddressRule.anywhere.ranges == nil)
    }
}
