import Model
import Testing

@Suite("How many different callers there were")
struct CallerSketchTests {
    /// By a generator of known quality, so that each run counts the same.
    @Test(arguments: [1, 5, 20, 100, 400, 1000, 10_000, 100_000])
    func `the estimate is within its stated error`(_ count: Int) {
        var state: UInt64 = 42
        let runs = count > 10_000 ? 10 : 60
        var errors: [Double] = []
        for _ in 0..<runs {
            var sketch = CallerSketch()
            for _ in 0..<count {
                let hash = Self.next(&state)
                sketch.note(hash)
                sketch.note(hash)
            }
            errors.append(Double(sketch.estimate - count) / Double(count))
        }
        let standard = (errors.reduce(0) { $0 + $1 * $1 } / Double(runs)).squareRoot()
        #expect(standard < 0.1, "The standard error is 0.075 at most.")
        #expect(errors.allSatisfy { abs($0) < 0.3 })
    }

    @Test func `what nodes and hours saw is put together, and twice is once`() {
        var state: UInt64 = 7
        let hashes = (0..<300).map { _ in Self.next(&state) }
        var (first, second, all) = (CallerSketch(), CallerSketch(), CallerSketch())
        for hash in hashes { all.note(hash) }
        for hash in hashes.prefix(200) { first.note(hash) }
        for hash in hashes.suffix(200) { second.note(hash) }
        first.merge(second)
        first.merge(second)
        #expect(first == all)
        #expect(CallerSketch(stored: all.bytes) == all)
        #expect(CallerSketch(stored: [1]) == nil)
        #expect(CallerSketch().estimate == 0)
    }

    /// SplitMix64.
    private static func next(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
