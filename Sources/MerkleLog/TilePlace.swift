/// Where a tile is kept: hashes of up to 32 neighbouring subtrees, of one height in five.
package struct TilePlace: Hashable, Comparable, Sendable {
    /// By how much higher the subtrees of a level are than those of the level below.
    static let height = 5
    /// How many subtrees a tile has at most.
    static let width = 1 << height
    private static let levelShift = 48

    /// 0 for leaves.
    let level: Int
    let index: Int

    init(level: Int, index: Int) {
        self.level = level
        self.index = index
    }

    /// The same as one number, level first.
    package var number: Int64 { Int64(level) << Int64(Self.levelShift) | Int64(index) }

    /// The place of that number; of a negative one nobody's.
    package init(number: Int64) {
        level = Int(number >> Int64(Self.levelShift))
        index = Int(number & (1 << Int64(Self.levelShift) - 1))
    }

    package static func < (one: TilePlace, other: TilePlace) -> Bool { one.number < other.number }
}
