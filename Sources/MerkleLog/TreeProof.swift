/// Checks what others say of Merkle trees, without the trees.
package enum TreeProof {
    /// Whether a leaf is in a tree (RFC 9162 §2.1.3.2).
    ///
    /// - Parameters:
    ///   - leaf: The leaf's hash.
    ///   - index: Where it is said to stand, from 0.
    ///   - size: How many leaves the tree has.
    ///   - root: The tree's hash.
    package static func shows(
        _ leaf: TreeHash, at index: Int, inTreeOf size: Int, under root: TreeHash, by proof: [TreeHash]
    ) -> Bool {
        guard index >= 0, index < size else { return false }
        var (first, last) = (index, size - 1)
        var hash = leaf
        for step in proof {
            guard last > 0 else { return false }
            if first & 1 == 1 || first == last {
                hash = .node(step, hash)
                while first & 1 == 0, first != 0 {
                    first >>= 1
                    last >>= 1
                }
            } else {
                hash = .node(hash, step)
            }
            first >>= 1
            last >>= 1
        }
        return last == 0 && hash == root
    }

    /// Whether a tree begins with all leaves of an earlier one (RFC 9162 §2.1.4.2). Every tree begins with one that has none.
    ///
    /// - Parameters:
    ///   - earlier: How many leaves the earlier one has, and its hash.
    ///   - later: How many the other one has, and its hash.
    package static func shows(
        _ later: (size: Int, root: TreeHash), continues earlier: (size: Int, root: TreeHash), by proof: [TreeHash]
    ) -> Bool {
        guard earlier.size >= 0, earlier.size <= later.size else { return false }
        guard earlier.size > 0 else { return proof.isEmpty && earlier.root == .empty }
        guard earlier.size < later.size else { return proof.isEmpty && earlier.root == later.root }
        // One whose size is a power of two is itself the first hash.
        let steps = earlier.size & (earlier.size - 1) == 0 ? [earlier.root] + proof : proof
        guard !proof.isEmpty, let start = steps.first else { return false }
        var (first, last) = (earlier.size - 1, later.size - 1)
        while first & 1 == 1 {
            first >>= 1
            last >>= 1
        }
        var (before, after) = (start, start)
        for step in steps.dropFirst() {
            guard last > 0 else { return false }
            if first & 1 == 1 || first == last {
                before = .node(step, before)
                after = .node(step, after)
                while first & 1 == 0, first != 0 {
                    first >>= 1
                    last >>= 1
                }
            } else {
                after = .node(after, step)
            }
            first >>= 1
            last >>= 1
        }
        return last == 0 && before == earlier.root && after == later.root
    }
}
