import CredentialFormat
import TestSupport
import Testing

@Suite("Base 62")
struct Base62Tests {
    private func text<Value: FixedWidthInteger & UnsignedInteger>(_ value: Value, width: Int) -> String {
        var text: [UInt8] = []
        Base62.append(value, width: width, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    @Test(
        arguments: [
            (0, "00000000000"), (1, "00000000001"), (61, "0000000000z"), (62, "00000000010"),
            (UInt64.max, "LygHa16AHYF"),
        ] as [(UInt64, String)])
    func `a number has one text of its width`(_ value: UInt64, _ expected: String) {
        #expect(text(value, width: 11) == expected)
        #expect(Base62.number(expected.utf8, as: UInt64.self) == value)
    }

    @Test(arguments: ["LygHa16AHYG", "zzzzzzzzzzz", "M0000000000", "100000000000"])
    func `a number too large is refused, not wrapped`(_ text: String) {
        #expect(Base62.number(text.utf8, as: UInt64.self) == nil)
    }

    @Test func `32 and 128 bits end where they should`() {
        #expect(Base62.number("4gfFC3".utf8, as: UInt32.self) == .max)
        #expect(Base62.number("4gfFC4".utf8, as: UInt32.self) == nil)
        #expect(text(UInt128.max, width: 22) == "7n42DGM5Tflk9n8mt7Fhc7")
        #expect(Base62.number("7n42DGM5Tflk9n8mt7Fhc7".utf8, as: UInt128.self) == .max)
        #expect(Base62.number("7n42DGM5Tflk9n8mt7Fhc8".utf8, as: UInt128.self) == nil)
    }

    @Test func `of all bytes, only digits and letters of ASCII have a value, in the order of ASCII`() {
        let valued = (UInt8.min...UInt8.max).filter { Base62.value(of: $0) != nil }
        #expect(
            String(decoding: valued, as: UTF8.self) == "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        #expect(valued.compactMap { Base62.value(of: $0) } == Array(0..<62))
    }

    @Test func `texts sort as their numbers do`() {
        var generator = SeededGenerator(seed: 1)
        let numbers = (0..<1000).map { _ in UInt64.random(in: .min ... .max, using: &generator) }
        #expect(numbers.sorted().map { text($0, width: 11) } == numbers.map { text($0, width: 11) }.sorted())
    }

    @Test(arguments: 0...40)
    func `a byte string of any length comes back, and has the length that is promised`(_ length: Int) {
        var generator = SeededGenerator(seed: UInt64(length))
        var samples = (0..<50).map { _ in (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) } }
        samples.append(Array(repeating: 0, count: length))
        samples.append(Array(repeating: 255, count: length))
        for bytes in samples {
            var text: [UInt8] = []
            Base62.append(bytes: bytes, to: &text)
            #expect(text.count == Base62.encodedLength(of: length))
            #expect(Base62.bytes(text) == bytes)
        }
    }

    @Test func `a byte string has one text: what decodes is what would have been written`() {
        var generator = SeededGenerator(seed: 2)
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        var refused = 0
        for _ in 0..<20_000 {
            let length = Int.random(in: 0...30, using: &generator)
            let text = (0..<length).map { _ in alphabet[Int.random(in: 0..<62, using: &generator)] }
            guard let bytes = Base62.bytes(text) else {
                refused += 1
                continue
            }
            var again: [UInt8] = []
            Base62.append(bytes: bytes, to: &again)
            #expect(again == text)
        }
        #expect(refused > 1000)
    }

    @Test(arguments: [
        "0", "0000", "00000000", "zz", "zzz", "LygHa16AHYG", "zzzzzzzzzzz", "LygHa16AHYF0", "0-", "0 ", "é",
        "00000000000_",
    ])
    func `a length, block or character that no byte string has is refused`(_ text: String) {
        #expect(Base62.bytes(Array(text.utf8)) == nil)
    }
}

@Suite("CRC-32 (ISO 3309)")
struct CRC32Tests {
    @Test(
        arguments: [
            ("", 0), ("123456789", 0xCBF4_3926), ("a", 0xE8B7_BE43),
            ("The quick brown fox jumps over the lazy dog", 0x414F_A339),
        ] as [(String, UInt32)])
    func `the published vectors hold`(_ text: String, _ checksum: UInt32) {
        #expect(CRC32.checksum(of: text.utf8) == checksum)
    }
}
