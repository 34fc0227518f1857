/// A Merkle tree of a size, over hashes of complete subtrees that are kept somewhere (RFC 9162 §2.1).
///
/// A complete subtree of height h at position p is the one over the leaves from p·2^h to (p+1)·2^h. To answer anything, a number of them is
/// asked for that grows with the height of the tree and not with its size.
package struct MerkleTree {
    /// The most leaves that a tree may have.
    package static let maximumSize = 1 << 48

    /// How many leaves it has.
    package let size: Int
    private let subtree: (_ height: Int, _ position: Int) throws -> TreeHash

    /// - Parameters:
    ///   - size: 0 to ``maximumSize``; more is none of ours, and is taken for that.
    ///   - subtree: The hash of a complete subtree, which lies within the size.
    package init(size: Int, subtree: @escaping (_ height: Int, _ position: Int) throws -> TreeHash) {
        self.size = min(max(0, size), Self.maximumSize)
        self.subtree = subtree
    }

    /// The same of leaves that are all at hand: for few of them, since every hash is made anew.
    package init(leaves: [TreeHash]) {
        self.init(size: leaves.count) { height, position in Self.complete(leaves, height, position) }
    }

    private static func complete(_ leaves: [TreeHash], _ height: Int, _ position: Int) -> TreeHash {
        guard height > 0 else { return leaves[position] }
        return .node(
            complete(leaves, height - 1, position * 2), complete(leaves, height - 1, position * 2 + 1))
    }

    /// Its hash (MTH of RFC 9162 §2.1.1).
    package func root() throws -> TreeHash { try root(ofFirst: size) }

    /// The hash of the tree over its first leaves.
    ///
    /// - Parameter count: 0 to its size; more is its size.
    package func root(ofFirst count: Int) throws -> TreeHash {
        let count = min(max(0, count), size)
        return count == 0 ? .empty : try hash(0..<count)
    }

    /// The hash of a leaf, which it must have.
    package func leaf(_ index: Int) throws -> TreeHash { try subtree(0, index) }

    /// What proves that a leaf is in it (PATH of RFC 9162 §2.1.3.1), from the leaf up. Nil where there is no such leaf.
    package func inclusionProof(of leaf: Int) throws -> [TreeHash]? {
        guard (0..<size).contains(leaf) else { return nil }
        var proof: [TreeHash] = []
        var part = 0..<size
        while part.count > 1 {
            let middle = part.lowerBound + Self.split(part.count)
            let (left, right) = (part.lowerBound..<middle, middle..<part.upperBound)
            proof.append(try hash(leaf < middle ? right : left))
            part = leaf < middle ? left : right
        }
        return proof.reversed()
    }

    /// What proves that it begins with the leaves of a tree before it (PROOF of RFC 9162 §2.1.4.1): nothing from one without leaves and from
    /// one of the same size. Nil where it has not so many.
    package func consistencyProof(from earlier: Int) throws -> [TreeHash]? {
        guard (0...size).contains(earlier) else { return nil }
        guard earlier > 0, earlier < size else { return [] }
        var proof: [TreeHash] = []
        var part = 0..<size
        while part.upperBound != earlier {
            let middle = part.lowerBound + Self.split(part.count)
            let (left, right) = (part.lowerBound..<middle, middle..<part.upperBound)
            proof.append(try hash(earlier <= middle ? right : left))
            part = earlier <= middle ? left : right
        }
        // Who asks knows the hash of the earlier tree already, unless it is a part of one.
        if part.lowerBound > 0 { proof.append(try hash(part)) }
        return proof.reversed()
    }

    /// The hash over a part of the leaves that begins where a complete subtree of its height would.
    private func hash(_ part: Range<Int>) throws -> TreeHash {
        let height = part.count.trailingZeroBitCount
        if part.count == 1 << height { return try subtree(height, part.lowerBound >> height) }
        let middle = part.lowerBound + Self.split(part.count)
        return .node(try hash(part.lowerBound..<middle), try hash(middle..<part.upperBound))
    }

    /// The largest power of two below a number that is above 1.
    private static func split(_ count: Int) -> Int {
        1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }
}
