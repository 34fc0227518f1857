import Testing
import Tokens

@Suite("Master key (threat K11)")
struct MasterKeyTests {
    private let bytes = (0..<32).map { UInt8($0 * 8 + 5) }
    private let key = MasterKey.generate()
    private let plain = Array("what is kept".utf8)

    @Test func `a value opens where it was sealed, and only there`() throws {
        let sealed = try key.seal(plain, for: "key_ring/pepper/1")
        #expect(key.open(sealed, for: "key_ring/pepper/1") == plain)
        for other in ["key_ring/pepper/2", "key_ring/sealing/1", "key_ring/pepper/1 ", "key_ring/pepper/", ""] {
            #expect(key.open(sealed, for: other) == nil, "\(other)")
        }
        #expect(MasterKey.generate().open(sealed, for: "key_ring/pepper/1") == nil)
    }

    @Test func `a change of any bit is noticed`() throws {
        let sealed = try key.seal(plain, for: "here")
        for index in sealed.indices {
            for bit in 0..<8 {
                var changed = sealed
                changed[index] ^= 1 << bit
                #expect(key.open(changed, for: "here") == nil)
            }
        }
        for length in 0..<sealed.count { #expect(key.open(Array(sealed.prefix(length)), for: "here") == nil) }
        #expect(key.open(sealed + [0], for: "here") == nil)
    }

    @Test func `the same value never looks the same twice`() throws {
        #expect(try key.seal(plain, for: "here") != key.seal(plain, for: "here"))
        #expect(try key.open(key.seal([], for: "here"), for: "here") == [])
    }

    @Test(arguments: [
        "050d151d252d353d454d555d656d757d858d959da5adb5bdc5cdd5dde5edf5fd",
        "050D151D252D353D454D555D656D757D858D959DA5ADB5BDC5CDD5DDE5EDF5FD",
        "BQ0VHSUtNT1FTVVdZW11fYWNlZ2lrbW9xc3V3eXt9f0=", "BQ0VHSUtNT1FTVVdZW11fYWNlZ2lrbW9xc3V3eXt9f0",
        "  BQ0VHSUtNT1FTVVdZW11fYWNlZ2lrbW9xc3V3eXt9f0=\r\n",
    ])
    func `hexadecimal and Base64 spell the same key`(_ text: String) throws {
        let sealed = try #require(MasterKey(bytes: bytes)).seal(plain, for: "here")
        #expect(try #require(MasterKey(text: text)).open(sealed, for: "here") == plain)
    }

    @Test(arguments: [
        "", "password", "050d151d252d353d454d555d656d757d858d959da5adb5bdc5cdd5dde5edf5", "BQ0VHSUtNT1FTVVdZW11fQ==",
        "BQ0VHSUtNT1FTVVdZW11fYWNlZ2lrbW9xc3V3eXt9f0==", "BQ0VHSUtNT1FTVVdZW11fYWNlZ2lrbW9xc3V3eXt9f1=",
        "g50d151d252d353d454d555d656d757d858d959da5adb5bdc5cdd5dde5edf5fd",
        "BQ0VHSUtNT1FTVVd ZW11fYWNlZ2lrbW9xc3V3eXt9f0",
    ])
    func `any other text is no key`(_ text: String) {
        #expect(MasterKey(text: text) == nil)
    }

    @Test(arguments: [0, 16, 31, 33, 64])
    func `a key has 32 bytes`(_ count: Int) {
        #expect(MasterKey(bytes: Array(repeating: 1, count: count)) == nil)
    }

    @Test func `a fresh key survives its file, and is never printed`() throws {
        let text = key.reveal()
        let sealed = try key.seal(plain, for: "here")
        #expect(MasterKey(text: text)?.open(sealed, for: "here") == plain)
        #expect(MasterKey.generate().reveal() != text)
        var dumped = ""
        dump(key, to: &dumped)
        for printed in ["\(key)", String(reflecting: key), dumped] { #expect(!printed.contains(text)) }
        #expect("\(key)" == "master key")
    }
}
