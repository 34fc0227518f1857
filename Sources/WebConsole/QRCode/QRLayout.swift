/// What a version holds at level M (ISO/IEC 18004 tables 1, 9 and E.1).
struct QRLayout {
    let version: Int
    let codewordCount: Int
    let blocks: Int
    let correctionPerBlock: Int
    let alignment: [Int]

    static let all = [
        QRLayout(version: 1, codewordCount: 26, blocks: 1, correctionPerBlock: 10, alignment: []),
        QRLayout(version: 2, codewordCount: 44, blocks: 1, correctionPerBlock: 16, alignment: [6, 18]),
        QRLayout(version: 3, codewordCount: 70, blocks: 1, correctionPerBlock: 26, alignment: [6, 22]),
        QRLayout(version: 4, codewordCount: 100, blocks: 2, correctionPerBlock: 18, alignment: [6, 26]),
        QRLayout(version: 5, codewordCount: 134, blocks: 2, correctionPerBlock: 24, alignment: [6, 30]),
        QRLayout(version: 6, codewordCount: 172, blocks: 4, correctionPerBlock: 16, alignment: [6, 34]),
        QRLayout(version: 7, codewordCount: 196, blocks: 4, correctionPerBlock: 18, alignment: [6, 22, 38]),
        QRLayout(version: 8, codewordCount: 242, blocks: 4, correctionPerBlock: 22, alignment: [6, 24, 42]),
        QRLayout(version: 9, codewordCount: 292, blocks: 5, correctionPerBlock: 22, alignment: [6, 26, 46]),
        QRLayout(version: 10, codewordCount: 346, blocks: 5, correctionPerBlock: 26, alignment: [6, 28, 50]),
    ]

    var size: Int { 17 + 4 * version }
    /// Bits of the field that says how many bytes there are.
    private var countBits: Int { version < 10 ? 8 : 16 }
    private var dataCount: Int { codewordCount - blocks * correctionPerBlock }
    /// The most bytes of text.
    var capacity: Int { (dataCount * 8 - 4 - countBits) / 8 }

    /// Data and error correction, interleaved as they are drawn.
    func codewords(of text: [UInt8]) -> [UInt8] {
        var bits: [Bool] = []
        func append(_ value: Int, _ count: Int) {
            for bit in (0..<count).reversed() { bits.append(value >> bit & 1 == 1) }
        }
        append(0b0100, 4)
        append(text.count, countBits)
        for byte in text { append(Int(byte), 8) }
        append(0, min(4, dataCount * 8 - bits.count))
        append(0, (8 - bits.count % 8) % 8)
        var data = stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
        }
        for index in 0..<(dataCount - data.count) { data.append(index % 2 == 0 ? 0xEC : 0x11) }

        let (short, longBlocks) = (dataCount / blocks, dataCount % blocks)
        var parts: [[UInt8]] = []
        var start = 0
        for block in 0..<blocks {
            let end = start + short + (block < blocks - longBlocks ? 0 : 1)
            parts.append(Array(data[start..<end]))
            start = end
        }
        let corrections = parts.map { ReedSolomon.remainder(of: $0, degree: correctionPerBlock) }
        let interleaved = [parts, corrections].flatMap { group in
            (0..<(group.map(\.count).max() ?? 0)).flatMap { index in
                group.compactMap { index < $0.count ? $0[index] : nil }
            }
        }
        return interleaved
    }
}
