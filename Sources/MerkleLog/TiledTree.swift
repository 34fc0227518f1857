/// A tile is missing, or has not what the tree's size says that it has.
package struct DamagedTile: Error, Hashable {
    package let place: TilePlace
}

/// A tree whose subtrees are kept in tiles. Of a tree of a million leaves, what is asked for lies in some ten of them.
package struct TiledTree {
    /// Which tiles the answer to a question about a tree needs, so that all are read at once. The question is asked for it: of a tree
    /// whose hashes are all the same.
    package static func places<Answer>(
        ofSize size: Int, _ question: (MerkleTree) throws -> Answer
    ) rethrows -> [TilePlace] {
        var wanted: Set<TilePlace> = []
        _ = try question(
            MerkleTree(size: size) { height, position in
                wanted.insert(Self.place(height, position).tile)
                return .empty
            })
        return wanted.sorted()
    }

    /// Answers a question about a tree.
    ///
    /// - Parameter tiles: The bytes of those that it needs, hash after hash.
    /// - Throws: ``DamagedTile``, or what the question throws.
    package static func answer<Answer>(
        ofSize size: Int, from tiles: [TilePlace: [UInt8]], _ question: (MerkleTree) throws -> Answer
    ) throws -> Answer {
        try question(MerkleTree(size: size) { height, position in try Self.hash(height, position, in: tiles) })
    }

    /// Where a subtree's hash is, or the first of those that it is made of, and of how many.
    private static func place(_ height: Int, _ position: Int) -> (tile: TilePlace, slot: Int, count: Int) {
        let rest = height % TilePlace.height
        let first = position << rest
        return (
            TilePlace(level: height / TilePlace.height, index: first / TilePlace.width), first % TilePlace.width,
            1 << rest
        )
    }

    private static func hash(
        _ height: Int, _ position: Int, in tiles: [TilePlace: [UInt8]]
    ) throws(DamagedTile) -> TreeHash {
        let (tile, slot, count) = place(height, position)
        let start = slot * TreeHash.byteCount
        guard let bytes = tiles[tile], bytes.count >= start + count * TreeHash.byteCount else {
            throw DamagedTile(place: tile)
        }
        return folded(bytes[start..<(start + count * TreeHash.byteCount)])
    }

    /// The hash over neighbours, of which there are a power of two.
    private static func folded(_ bytes: ArraySlice<UInt8>) -> TreeHash {
        guard let hash = TreeHash(bytes) else {
            let middle = bytes.startIndex + bytes.count / 2
            return .node(folded(bytes[..<middle]), folded(bytes[middle...]))
        }
        return hash
    }

    /// The tiles that more leaves change: of each level the last, which is not full.
    package static func growing(atSize size: Int) -> [TilePlace] {
        var places: [TilePlace] = []
        var count = max(0, size)
        var level = 0
        while count > 0 {
            if !count.isMultiple(of: TilePlace.width) {
                places.append(TilePlace(level: level, index: count / TilePlace.width))
            }
            count /= TilePlace.width
            level += 1
        }
        return places
    }

    /// Adds leaves to a tree.
    ///
    /// - Parameter tiles: Those at ``growing(atSize:)``, which are then as they are to be kept, with the new ones beside them.
    /// - Throws: ``DamagedTile``
    package static func append(
        _ leaves: [TreeHash], to tiles: inout [TilePlace: [UInt8]], ofSize size: Int
    ) throws(DamagedTile) {
        for (offset, leaf) in leaves.enumerated() {
            var (hash, position, level) = (leaf, size + offset, 0)
            while true {
                let place = TilePlace(level: level, index: position / TilePlace.width)
                var bytes = tiles[place] ?? []
                guard bytes.count == position % TilePlace.width * TreeHash.byteCount else {
                    throw DamagedTile(place: place)
                }
                bytes.append(contentsOf: hash.bytes)
                tiles[place] = bytes
                guard (position + 1).isMultiple(of: TilePlace.width) else { break }
                // A full tile is one hash of the level above.
                hash = Self.folded(bytes[...])
                position /= TilePlace.width
                level += 1
            }
        }
    }
}
