import Testing

@testable import ClavigerVerifier

@Suite("What a verifier remembers, and for how long it believes it")
struct MemoryTests {
    private static let millisecond: Int64 = 1_000_000
    private static let key = Memory.Key("credential")

    private static func told(
        _ id: String = "key_1", depending names: [String]? = ["key", "organization"], until end: Int64 = 1_000_000
    ) throws -> Told {
        let watch = names.map { #","claviger_watch":[\#($0.map { "\"\($0)\"" }.joined(separator: ","))]"# } ?? ""
        let text =
            #"{"active":true,"scope":"a b","sub":"\#(id)","credential_type":"api_key","credential_id":"\#(id)","#
            + #""account_id":"org_1","organization_id":"org_1","organization_path":"org_1","iat":1,"exp":\#(end)\#(watch)}"#
        return try #require(Reply(Array(text.utf8)).flatMap { Told($0, at: 1000) })
    }

    /// Times in milliseconds. At 0 the stream has begun; from 1000 on every moment is proven that a test does not say otherwise of.
    private func memory(capacity: Int = 100, provenAt: Int64 = 1000) -> Memory {
        let memory = Memory(capacity: capacity)
        memory.forgetEverything(at: 0)
        prove(memory, at: provenAt)
        return memory
    }

    private func prove(_ memory: Memory, at time: Int64) {
        memory.believe(until: (time + 750) * Self.millisecond, at: time * Self.millisecond)
    }

    private func keep(
        _ told: Told, in memory: Memory, under key: Memory.Key = Self.key, asked: Int64, at time: Int64
    ) {
        memory.keep(told, under: key, askedAt: asked * Self.millisecond, at: time * Self.millisecond)
    }

    private func recalls(_ memory: Memory, _ key: Memory.Key = Self.key, at time: Int64) -> Bool {
        memory.recall(key, at: time * Self.millisecond) != nil
    }

    @Test func `it is believed until 750 ms after the last proof, and again after the next`() throws {
        let memory = memory()
        keep(try Self.told(), in: memory, asked: 1000, at: 1001)
        #expect(recalls(memory, at: 1750))
        #expect(!recalls(memory, at: 1751))
        // A process that stood still sees it at its first look.
        #expect(!recalls(memory, at: 60_000))
        prove(memory, at: 60_000)
        #expect(recalls(memory, at: 60_000))
    }

    /// When the credential ends by the node, which answers at 1000 s; the question was begun at 1000 ms.
    @Test(
        arguments: [
            (1062, 62_000), (1003, 3000), (1002, 2000), (1001, nil), (1000, nil), (-1, nil), (Int64.max, nil),
        ] as [(Int64, Int64?)])
    func `a credential is remembered until a second before its end by the node's clock`(
        _ end: Int64, _ last: Int64?
    ) throws {
        let memory = memory()
        keep(try Self.told(until: end), in: memory, asked: 1000, at: 1001)
        let isEndless = end == .max
        #expect(recalls(memory, at: 1001) == (last != nil || isEndless))
        let last = last ?? 100_000_000_000
        prove(memory, at: last - 1)
        #expect(recalls(memory, at: last - 1) == (end > 1001))
        prove(memory, at: last)
        #expect(recalls(memory, at: last) == isEndless)
    }

    @Test(
        arguments: [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Thu, 29 Feb 2024 23:59:60 GMT", 1_709_251_200), ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200),
            ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799), ("", nil), ("Sun, 06 Nov 1994 08:49:37", nil),
            ("Sun, 06 Nov 1994 08:49:37 CET", nil), ("Sun, 6 Nov 1994 08:49:37 GMT", nil),
            ("Sun, 06 nov 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 1969 08:49:37 GMT", nil),
            ("Sun, 06 Nov 1994 24:49:37 GMT", nil), ("Sun, +6 Nov 1994 08:49:37 GMT", nil),
            ("Sunday, 06-Nov-94 08:49:37 GMT", nil),
        ] as [(String, Int64?)])
    func `the time of an answer is read as HTTP has it`(_ text: String, _ seconds: Int64?) {
        #expect(HTTPDate.seconds(text) == seconds)
    }

    @Test func `no proof is good for longer than one of this moment`() {
        let memory = Memory(capacity: 1)
        memory.believe(until: .max, at: 0)
        #expect(memory.isBelieved(at: 750 * Self.millisecond))
        #expect(!memory.isBelieved(at: 751 * Self.millisecond))
    }

    @Test(arguments: ["key", "organization"])
    func `what is heard ends all that depends on it, and nothing else`(_ name: String) throws {
        let memory = memory()
        let other = Memory.Key("other")
        keep(try Self.told(), in: memory, asked: 1000, at: 1001)
        keep(try Self.told("key_2", depending: ["else"]), in: memory, under: other, asked: 1000, at: 1001)
        memory.forget(["nobody's"], at: 1002 * Self.millisecond)
        #expect(recalls(memory, at: 1002))
        memory.forget([name], at: 1003 * Self.millisecond)
        #expect(!recalls(memory, at: 1003))
        #expect(recalls(memory, other, at: 1003))
        memory.forgetEverything(at: 1004 * Self.millisecond)
        prove(memory, at: 1005)
        #expect(!recalls(memory, other, at: 1005))
        #expect(memory.count == 0)
    }

    /// When something that it depends on was heard, when it was asked for, and when it would be remembered.
    @Test(arguments: [
        (1500, 1400, 1600, false), (1400, 1400, 1600, false), (1400, 2150, 2200, false),
        (1400, 2151, 2200, true), (1600, 1400, 1500, true),
    ])
    func `what was overtaken is not remembered, nor what may come from a node that is behind`(
        _ heard: Int64, _ asked: Int64, _ time: Int64, _ isKept: Bool
    ) throws {
        let told = try Self.told()
        for everything in [false, true] {
            let memory = memory()
            func hear() {
                if everything {
                    memory.forgetEverything(at: heard * Self.millisecond)
                } else {
                    memory.forget(["organization"], at: heard * Self.millisecond)
                }
            }
            if heard <= time { hear() }
            prove(memory, at: time)
            keep(told, in: memory, asked: asked, at: time)
            #expect(recalls(memory, at: time) == isKept)
            // What is heard afterwards ends it.
            if heard > time {
                hear()
                #expect(!recalls(memory, at: time))
            }
        }
    }

    @Test func `nothing is remembered that was not proven, took too long, or cannot be listened for`() throws {
        let told = try Self.told()
        let unproven = memory(provenAt: 1000)
        keep(told, in: unproven, asked: 1700, at: 1751)
        prove(unproven, at: 1751)
        #expect(!recalls(unproven, at: 1751))
        let slow = memory(provenAt: 1800)
        keep(told, in: slow, asked: 1000, at: 1751)
        #expect(!recalls(slow, at: 1751))
        let unwatched = memory()
        keep(try Self.told(depending: nil), in: unwatched, asked: 1000, at: 1001)
        #expect(!recalls(unwatched, at: 1001))
        let early = memory(provenAt: 700)
        keep(told, in: early, asked: 700, at: 701)
        #expect(!recalls(early, at: 701))
    }

    @Test func `a credential that is good for nothing is remembered for a second, if nothing at all is heard`() {
        func isInactive(_ memory: Memory, at time: Int64) -> Bool {
            memory.isInactive(Self.key, at: time * Self.millisecond)
        }
        func keepInactive(_ memory: Memory, asked: Int64) {
            memory.keepInactive(Self.key, askedAt: asked * Self.millisecond, at: (asked + 1) * Self.millisecond)
        }
        let memory = memory()
        keepInactive(memory, asked: 1000)
        #expect(isInactive(memory, at: 1001))
        prove(memory, at: 2000)
        #expect(isInactive(memory, at: 2000))
        #expect(!isInactive(memory, at: 2001))
        keepInactive(memory, asked: 2001)
        #expect(!isInactive(memory, at: 2751))
        memory.forget(["anything"], at: 2010 * Self.millisecond)
        #expect(!isInactive(memory, at: 2010))
        keepInactive(memory, asked: 2700)
        #expect(!isInactive(memory, at: 2701))
    }

    /// How old the node said that it may be, and for how many milliseconds from the question on it may be used.
    @Test(arguments: [
        ("0", 750), ("1", 750), ("250", 750), ("251", 749), ("749", 251), ("750", 250), ("9000", 250), ("-1", 250),
        ("\"1\"", 250),
        (nil, 250),
    ])
    func `what was told is used without a proof until it may be a second old`(_ age: String?, _ last: Int64) throws {
        let text =
            #"{"active":true,"scope":"a b","sub":"key_1","credential_type":"api_key","credential_id":"key_1","#
            + #""account_id":"org_1","organization_id":"org_1","organization_path":"org_1","iat":1,"exp":2"#
            + (age.map { #","claviger_age":\#($0)}"# } ?? "}")
        let told = try #require(Reply(Array(text.utf8)).flatMap { Told($0, at: 1000) })
        let asked = Asked(answer: .active(told), begun: 1000 * Self.millisecond)
        #expect(asked.isInTime(at: (1000 + last) * Self.millisecond))
        #expect(!asked.isInTime(at: (1000 + last) * Self.millisecond + 1))
    }

    @Test func `it is bounded, and what was used lately stays`() throws {
        let memory = memory(capacity: 3)
        let keys = (0..<5).map { Memory.Key("credential \($0)") }
        for key in keys.prefix(3) { keep(try Self.told(), in: memory, under: key, asked: 1000, at: 1001) }
        #expect(recalls(memory, keys[0], at: 1001))
        keep(try Self.told(), in: memory, under: keys[3], asked: 1000, at: 1001)
        #expect(memory.count == 3)
        #expect(keys.map { recalls(memory, $0, at: 1001) } == [true, false, true, true, false])
        // All of those were used now. One has to go, and those that hold no longer go first.
        keep(try Self.told("key_5", depending: ["else"]), in: memory, under: keys[4], asked: 1000, at: 1001)
        #expect(memory.count == 3)
        #expect(recalls(memory, keys[4], at: 1001))
        memory.forget(["organization"], at: 1002 * Self.millisecond)
        prove(memory, at: 1761)
        keep(try Self.told("key_6", depending: ["else"]), in: memory, under: Self.key, asked: 1760, at: 1761)
        #expect(recalls(memory, at: 1761))
        #expect(recalls(memory, keys[4], at: 1761))
    }

    @Test func `a flood of news forgets everything rather than grow`() throws {
        let memory = memory()
        keep(try Self.told(), in: memory, asked: 1000, at: 1001)
        for start in stride(from: 0, to: 5000, by: 250) {
            memory.forget((start..<(start + 250)).map { "n\($0)" }, at: 1002 * Self.millisecond)
        }
        #expect(recalls(memory, at: 1003))
        keep(try Self.told("key_2", depending: ["new"]), in: memory, under: Memory.Key("new"), asked: 1200, at: 1201)
        #expect(!recalls(memory, Memory.Key("new"), at: 1201))
    }

    @Test func `a credential in another organization is another one`() {
        #expect(Memory.Key("a") == Memory.Key("a"))
        #expect(Set([Memory.Key("a"), Memory.Key("b"), Memory.Key("a", in: "b"), Memory.Key("a", in: "c")]).count == 4)
    }
}

@Suite("From where a credential may be used")
struct AddressBlockTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("192.0.2.0/24", "192.0.2.255", true),
        ("192.0.2.0/23", "192.0.3.1", true), ("192.0.2.0/23", "192.0.4.1", false), ("0.0.0.0/0", "203.0.113.9", true),
        ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "203.0.113.9", false), ("192.0.2.1", "::ffff:192.0.2.1", true),
        ("2001:db8::/33", "2001:db8:7fff::1", true), ("2001:db8::/33", "2001:db8:8000::1", false),
        ("fe80::1", "fe80::1%eth0", true),
    ])
    func `a block has the addresses with its first bits`(_ block: String, _ address: String, _ isIn: Bool) throws {
        #expect(try #require(AddressBlock(block)).contains(try #require(CallerAddress(address))) == isIn)
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8::a0:1", "2001:db8:0:0:0:0:a0:1"),
        ("fe80::1%eth0", "fe80:0:0:0:0:0:0:1"),
    ])
    func `an address is told as the node reads it`(_ address: String, _ text: String) {
        #expect(CallerAddress(address)?.text == text)
    }

    @Test(arguments: ["", "a", "192.0.2.1/33", "192.0.2.1/-1", "::/129", "192.0.2.1/", "192.0.2.1/1/1", "192.0.2"])
    func `what is no block is none`(_ text: String) {
        #expect(AddressBlock(text) == nil)
    }
}
