import CredentialFormat
import TestSupport
import Testing

private enum Thing: Entity {
    static let prefix = "thg"
}

private enum Other: Entity {
    static let prefix = "oth"
}

@Suite("Identifiers")
struct IDTests {
    @Test func `an identifier reads as prefix, underscore and 22 characters, and comes back`() throws {
        let id = ID<Thing>(at: 1_790_000_000_000)
        #expect(id.description.hasPrefix("thg_"))
        #expect(id.description.utf8.count == 26)
        #expect(ID<Thing>(value: .max).description == "thg_7n42DGM5Tflk9n8mt7Fhc7")
        #expect(ID<Thing>(value: 0).description == "thg_0000000000000000000000")
        #expect(ID<Thing>(value: 62 * 62 + 61).description == "thg_000000000000000000010z")
        #expect(ID<Thing>(parsing: id.description) == id)
        #expect(ID<Thing>(value: id.value) == id)
        #expect("\(ID<Thing>(value: .max))" == "thg_7n42DGM5Tflk9n8mt7Fhc7")
        #expect("\(ID<Thing>(value: 0))" == "thg_0000000000000000000000")
    }

    @Test func `identifiers sort by age, as numbers and as texts`() {
        let ids = (0..<100).map { ID<Thing>(at: 1_790_000_000_000 + Int64($0)) }
        #expect(ids.shuffled().sorted() == ids)
        #expect(ids.map(\.description).shuffled().sorted() == ids.map(\.description))
        #expect(ids.map { $0.value >> 80 } == (0..<100).map { 1_790_000_000_000 + UInt128($0) })
    }

    @Test func `identifiers of one moment differ`() {
        #expect(Set((0..<10_000).map { _ in ID<Thing>(at: 0) }).count == 10_000)
    }

    @Test func `a time before 1970 or beyond 48 bits does not trap`() {
        for time in [Int64.min, -1, 1 << 48, .max] {
            let id = ID<Thing>(at: time)
            #expect(ID<Thing>(parsing: id.description) == id)
        }
    }

    @Test func `every change of its form is refused`() {
        let text = ID<Thing>(at: 1_790_000_000_000).description
        let body = text.dropFirst(4)
        let others = [
            "", "thg", "thg_", String(body), "oth_\(body)", "THG_\(body)", "thg-\(body)", "thg_\(body)0",
            "thg_0\(body)",
            "thg_\(body.dropLast())", " \(text)", "\(text) ", "\(text)\n", "thg_7n42DGM5Tflk9n8mt7Fhc8",
            "thg_zzzzzzzzzzzzzzzzzzzzzz", "thg_\(body.dropLast())é", "thg_\(body.dropLast())-",
            "thg_\(body.dropLast())\0",
        ]
        for other in others { #expect(ID<Thing>(parsing: other) == nil, "\(other)") }
        #expect(ID<Other>(parsing: text) == nil)
    }
}
