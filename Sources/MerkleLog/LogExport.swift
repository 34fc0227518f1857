package import TextForms

/// A copy of a log as it is handed out: JSON Lines, the first with the checkpoint, then one for each entry.
package enum LogExport {
    /// The first line.
    package static func head(_ note: SignedNote, origin: String) -> [UInt8] {
        line([("origin", .string(origin)), ("checkpoint", .string(note.written))])
    }

    /// The line of an entry.
    ///
    /// - Parameters:
    ///   - entry: Nil where only its hash is kept.
    ///   - proof: That it is in the tree of the first line's checkpoint.
    package static func line(index: Int, entry: JSONValue?, leaf: TreeHash, proof: [TreeHash]) -> [UInt8] {
        line([
            ("index", .integer(index)), ("leaf_hash", .string(Base64.text(leaf.bytes))),
            ("proof", .array(proof.map { .string(Base64.text($0.bytes)) })), ("entry", entry ?? .null),
        ])
    }

    private static func line(_ members: [(String, JSONValue)]) -> [UInt8] {
        let object = JSONObject(members.map { JSONObject.Member(name: $0.0, value: $0.1) })
        return (CanonicalJSON.bytes(.object(object)) ?? []) + [UInt8(ascii: "\n")]
    }
}
