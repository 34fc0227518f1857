import Testing

@testable import Tokens

@Suite("Callers by a keyed hash")
struct CallerHashTests {
    /// The vector of the authors' `vectors.h` for the 24 bytes 00 to 17 under the key 00 to 0f.
    @Test func `it is SipHash-2-4`() {
        let hash = CallerHash(first: 0x0706_0504_0302_0100, second: 0x0f0e_0d0c_0b0a_0908)
        let words: InlineArray<3, UInt64> = [0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908, 0x1716_1514_1312_1110]
        #expect(hash.hash(words) == 0xb8ad_50c6_f649_af94)
    }
}
