import TextForms

/// How far a log had come, which its key signs (C2SP tlog-checkpoint). Two that one log signed contradict each other, or the later one is
/// proved to continue the earlier.
package struct Checkpoint: Hashable, Sendable {
    /// Which log it is of, and the name of the key that signs it.
    package let origin: String
    /// How many entries the log had.
    package let size: Int
    /// The hash of the tree over them.
    package let root: TreeHash

    package init(origin: String, size: Int, root: TreeHash) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// The checkpoint that a note's text is, nil for what is none. Lines behind the third are others'.
    package init?(parsing text: String) {
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count >= 4, !lines[0].isEmpty, let size = Self.size(lines[1]), size <= MerkleTree.maximumSize,
            let root = Base64.bytes(Array(lines[2])).flatMap({ TreeHash($0) })
        else { return nil }
        self.init(origin: String(decoding: lines[0], as: UTF8.self), size: size, root: root)
    }

    /// The checkpoint of a note that one of these keys has signed, under the name of the log itself. Nil for any other.
    package init?(of note: SignedNote, signedByAnyOf keys: [NoteKey]) {
        self.init(parsing: note.text)
        let origin = origin
        guard keys.contains(where: { $0.name == origin && note.isSigned(by: $0) }) else { return nil }
    }

    /// A number in decimal digits, without zeros before it.
    private static func size(_ digits: Substring.UTF8View) -> Int? {
        let text = String(decoding: digits, as: UTF8.self)
        guard let size = Int(text), size >= 0, "\(size)" == text else { return nil }
        return size
    }

    /// What is signed.
    package var text: String { "\(origin)\n\(size)\n\(Base64.text(root.bytes))\n" }
}
