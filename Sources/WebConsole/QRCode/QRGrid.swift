/// The square as it is drawn.
struct QRGrid {
    private(set) var dark: [[Bool]]
    /// What is no data: finders, timing, alignment, format and version.
    private var isFixed: [[Bool]]
    private let size: Int

    /// Everything but data and format.
    init(_ layout: QRLayout) {
        size = layout.size
        dark = Array(repeating: Array(repeating: false, count: size), count: size)
        isFixed = dark
        for index in 0..<size {
            set(6, index, index % 2 == 0)
            set(index, 6, index % 2 == 0)
        }
        for (x, y) in [(3, 3), (size - 4, 3), (3, size - 4)] { square(x, y, reach: 4, light: [2, 4]) }
        let last = layout.alignment.last
        for x in layout.alignment {
            for y in layout.alignment where !(x == 6 && y == 6 || x == 6 && y == last || x == last && y == 6) {
                square(x, y, reach: 2, light: [1])
            }
        }
        setFormat(mask: 0)
        if layout.version >= 7 {
            let bits = layout.version << 12 | Self.remainder(layout.version, by: 0x1F25, degree: 12)
            for bit in 0..<18 {
                set(size - 11 + bit % 3, bit / 3, bits >> bit & 1 == 1)
                set(bit / 3, size - 11 + bit % 3, bits >> bit & 1 == 1)
            }
        }
    }

    /// Draws data in columns of two, up and down from the right.
    mutating func draw(_ codewords: [UInt8]) {
        let bits: [Bool] = codewords.flatMap { byte in (0..<8).reversed().map { byte >> UInt8($0) & 1 == 1 } }
        var next = 0
        let columns = Array(stride(from: size - 1, to: 6, by: -2)) + Array(stride(from: 5, to: 0, by: -2))
        for right in columns {
            let isUpward = (right + 1) & 2 == 0
            for step in 0..<size {
                let y = isUpward ? size - 1 - step : step
                for x in [right, right - 1] where !isFixed[y][x] && next < bits.count {
                    dark[y][x] = bits[next]
                    next += 1
                }
            }
        }
    }

    /// The same under a mask, which the format says.
    func masked(by mask: Int) -> QRGrid {
        var grid = self
        grid.setFormat(mask: mask)
        for y in 0..<size {
            for x in 0..<size where !isFixed[y][x] && Self.inverts(mask, x, y) { grid.dark[y][x].toggle() }
        }
        return grid
    }

    /// How hard it is to read: runs, blocks, what looks like a finder, and imbalance.
    var penalty: Int {
        let columns = (0..<size).map { x in dark.map { $0[x] } }
        let lines = (dark + columns).reduce(0) { $0 + Self.penalty(ofLine: $1) }
        var blocks = 0
        for (upper, lower) in zip(dark, dark.dropFirst()) {
            for x in 1..<size where Set([upper[x - 1], upper[x], lower[x - 1], lower[x]]).count == 1 { blocks += 3 }
        }
        let share = dark.joined().count { $0 } * 20 - size * size * 10
        return lines + blocks + abs(share) / (size * size) * 10
    }

    private static func penalty(ofLine line: [Bool]) -> Int {
        var (total, run) = (0, 0)
        for index in line.indices {
            run = index > 0 && line[index] == line[index - 1] ? run + 1 : 1
            if run == 5 { total += 3 } else if run > 5 { total += 1 }
        }
        let finder = [true, false, true, true, true, false, true]
        let quiet = [false, false, false, false]
        for pattern in [finder + quiet, quiet + finder] where line.count >= pattern.count {
            for start in 0...(line.count - pattern.count) where line[start...].starts(with: pattern) { total += 40 }
        }
        return total
    }

    private static func inverts(_ mask: Int, _ x: Int, _ y: Int) -> Bool {
        switch mask {
        case 0: (x + y) % 2 == 0
        case 1: y % 2 == 0
        case 2: x % 3 == 0
        case 3: (x + y) % 3 == 0
        case 4: (x / 3 + y / 2) % 2 == 0
        case 5: x * y % 2 + x * y % 3 == 0
        case 6: (x * y % 2 + x * y % 3) % 2 == 0
        default: ((x + y) % 2 + x * y % 3) % 2 == 0
        }
    }

    /// Level M is 00. Twice, so that one may be damaged.
    private mutating func setFormat(mask: Int) {
        let bits = (mask << 10 | Self.remainder(mask, by: 0x537, degree: 10)) ^ 0x5412
        let upright = Array(0...5) + [7, 8] + Array(size - 7..<size)
        let level = Array((size - 8..<size).reversed()) + [7] + Array((0...5).reversed())
        for bit in 0..<15 {
            set(8, upright[bit], bits >> bit & 1 == 1)
            set(level[bit], 8, bits >> bit & 1 == 1)
        }
        set(8, size - 8, true)
    }

    private static func remainder(_ value: Int, by divisor: Int, degree: Int) -> Int {
        (0..<degree).reduce(value) { rest, _ in rest << 1 ^ (rest >> (degree - 1)) * divisor }
    }

    /// Nested squares around a point, cut off at the edge.
    private mutating func square(_ x: Int, _ y: Int, reach: Int, light: Set<Int>) {
        for dy in -reach...reach {
            for dx in -reach...reach where (0..<size).contains(x + dx) && (0..<size).contains(y + dy) {
                set(x + dx, y + dy, !light.contains(max(abs(dx), abs(dy))))
            }
        }
    }

    private mutating func set(_ x: Int, _ y: Int, _ isDark: Bool) {
        dark[y][x] = isDark
        isFixed[y][x] = true
    }
}
