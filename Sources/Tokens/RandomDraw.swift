import Glibc

/// Random numbers of the system's generator, four for each call of the system: it costs as much as sealing a token does.
///
/// Not buffered between uses: a virtual machine that is cloned while it runs would repeat what was buffered.
package struct RandomDraw: RandomNumberGenerator {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    private var left = 0

    package init() {}

    package mutating func next() -> UInt64 {
        if left == 0 { draw() }
        left -= 1
        let word = words.0
        words = (words.1, words.2, words.3, 0)
        return word
    }

    private mutating func draw() {
        let failure = withUnsafeMutableBytes(of: &words) { getentropy($0.baseAddress, $0.count) }
        if failure != 0 {
            var generator = SystemRandomNumberGenerator()
            words = (generator.next(), generator.next(), generator.next(), generator.next())
        }
        left = 4
    }
}
