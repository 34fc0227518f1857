import Policy
import Testing

@Suite("Scopes (RFC 6749 §3.3)")
struct ScopeTests {
    /// `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`.
    @Test(arguments: UInt8.min...UInt8.max)
    func `of all bytes, those of the grammar are allowed, alone and inside`(_ byte: UInt8) {
        let allowed = byte == 0x21 || (0x23...0x5B).contains(byte) || (0x5D...0x7E).contains(byte)
        #expect((Scope(String(decoding: [byte], as: UTF8.self)) != nil) == allowed)
        #expect((Scope(String(decoding: [0x61, byte, 0x62], as: UTF8.self)) != nil) == allowed)
    }

    @Test func `a name has 1 to 128 characters`() {
        #expect(Scope("") == nil)
        #expect(Scope(String(repeating: "a", count: 128)) != nil)
        #expect(Scope(String(repeating: "a", count: 129)) == nil)
    }

    @Test func `a right at our own API is told by its prefix`() {
        #expect(Scope("claviger:api-keys.manage")?.isManagement == true)
        #expect(Scope("claviger")?.isManagement == false)
        #expect(Scope("Claviger:api-keys.manage")?.isManagement == false)
        #expect(Scope("xclaviger:a")?.isManagement == false)
    }

    @Test func `case counts`() {
        #expect(Scope("read") != Scope("Read"))
    }
}

@Suite("Scope sets")
struct ScopeSetTests {
    private func set(_ text: String) throws -> ScopeSet {
        try #require(ScopeSet(parsing: text))
    }

    @Test func `order and repetition mean nothing`() throws {
        #expect(try set("b a") == set("a b"))
        #expect(try set("b a b").text == "a b")
        #expect(try set("a b").hashValue == set("b a").hashValue)
    }

    @Test(arguments: ["", " ", "a  b", " a", "a ", "a\tb", "a\nb", "a\"b", "a \\", "ä", "a \u{301}b", "a,b\u{7F}"])
    func `a parameter that breaks the grammar is refused`(_ text: String) {
        #expect(ScopeSet(parsing: text) == nil)
    }

    @Test func `at most 64 scopes are read, each of at most 128 characters`() {
        let names = (0..<65).map { "scope\($0)" }
        #expect(ScopeSet(parsing: names.prefix(64).joined(separator: " "))?.scopes.count == 64)
        #expect(ScopeSet(parsing: names.joined(separator: " ")) == nil)
        #expect(ScopeSet(parsing: String(repeating: "a ", count: 10_000) + "a") == nil)
        let longest = (0..<64).map { String(repeating: "x", count: 126) + String($0 + 10) }
        #expect(ScopeSet(parsing: longest.joined(separator: " ")) != nil)
    }

    @Test func `sets are compared, cut and joined as sets`() throws {
        let all = try set("a b c")
        let some = try set("a c")
        let other = try set("c d")
        #expect(some.isSubset(of: all) && !all.isSubset(of: some))
        #expect(all.intersection(other) == (try set("c")))
        #expect(all.subtracting(some) == (try set("b")))
        #expect(all.subtracting(all) == .empty)
        #expect(some.contains(try #require(Scope("a"))))
        #expect(!some.contains(try #require(Scope("b"))))
        #expect(try set("a claviger:x.read b").management == set("claviger:x.read"))
    }

    @Test func `the empty set grants nothing, and is within all`() throws {
        #expect(ScopeSet.empty.isEmpty && ScopeSet.empty.text.isEmpty)
        #expect(ScopeSet.empty.isSubset(of: .empty))
        #expect(try !set("a").isSubset(of: .empty))
        #expect(!ScopeSet.empty.contains(try #require(Scope("a"))))
    }

    @Test(arguments: ["a", "a b", "a.read a.write z"])
    func `what we wrote is read as it stands`(_ text: String) throws {
        #expect(ScopeSet(canonical: Array(text.utf8)[...]) == (try set(text)))
        #expect(ScopeSet(canonical: Array("xx\(text)".utf8).dropFirst(2))?.text == text)
    }

    @Test(arguments: ["", " ", "b a", "a a", "a  b", " a", "a ", "a\"", "ä", "a\0"])
    func `any other spelling is refused`(_ text: String) {
        #expect(ScopeSet(canonical: Array(text.utf8)[...]) == nil)
    }

    @Test func `bytes that are no text are refused`() {
        #expect(ScopeSet(canonical: [0xFF]) == nil)
        #expect(ScopeSet(canonical: [0x61, 0xC3]) == nil)
    }
}

@Suite("Lifetimes")
struct LifetimePolicyTests {
    @Test func `any lifetime up to the maximum is allowed, whether offered or not`() throws {
        let policy = try #require(LifetimePolicy(offered: [3600, 60], standard: 60, maximum: 3600))
        #expect(policy.offered == [60, 3600])
        #expect([1, 60, 61, 3600].allSatisfy(policy.allows(seconds:)))
        #expect(![0, -1, 3601, .max, .min].contains(where: policy.allows(seconds:)))
    }

    @Test(
        arguments: [
            ([0], 1, 10), ([1], 0, 10), ([1], 1, 0), ([11], 1, 10), ([1], 11, 10), ([-1], 1, 10), ([1], 1, .max),
            ([.max], 1, 10),
        ] as [([Int], Int, Int)])
    func `a policy that contradicts itself is none`(_ offered: [Int], _ standard: Int, _ maximum: Int) {
        #expect(LifetimePolicy(offered: offered, standard: standard, maximum: maximum) == nil)
    }
}
