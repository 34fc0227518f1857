import TextForms

/// Checks a copy of a log, line after line: that every entry is the one that was written, at its place, that none is missing, none is
/// there that was not written, and that it continues what was known of the log before.
package struct LogVerification {
    /// What a check found, for people.
    package struct Report: Hashable, Sendable {
        /// What is wrong, in the order of the lines; at most ``LogVerification/mostProblems``.
        package var problems: [String] = []
        /// How many entries are there.
        package var entries = 0
        /// How many of them are hashes alone, since the log no longer keeps what they said.
        package var withoutBody = 0
        /// The checkpoint that all of it was held against.
        package var checkpoint: Checkpoint?
    }

    package static let mostProblems = 20

    private let keys: [NoteKey]
    private let earlier: [Checkpoint]
    private let isPart: Bool
    private var report = Report()
    private var number = 0
    private var expected: Int?
    private var hasBody = false
    /// The hashes of complete subtrees over what was read, the largest first: as many as its number has ones.
    private var frontier: [(height: Int, hash: TreeHash)] = []
    private var roots: [Int: TreeHash] = [0: .empty]

    /// - Parameters:
    ///   - keys: Of the log, from somewhere else than the copy.
    ///   - earlier: Checkpoints that were kept, signed by one of the keys.
    ///   - isPart: Whether it may begin behind the first entry and end before the last. Nothing then says that none was cut off, and it
    ///     cannot be held against earlier checkpoints.
    package init(keys: [NoteKey], earlier: [Checkpoint] = [], isPart: Bool = false) {
        self.keys = keys
        self.earlier = earlier
        self.isPart = isPart
    }

    /// Reads the next line, without its line break.
    package mutating func read(_ line: [UInt8]) {
        number += 1
        guard case .object(let members) = try? JSONParser.parse(line) else {
            return say("is no line of an exported log")
        }
        if number == 1 { head(members) } else { entry(members) }
    }

    private mutating func head(_ members: JSONObject) {
        guard case .string(let text) = members["checkpoint"], let note = SignedNote(parsing: text) else {
            return say("has no checkpoint")
        }
        guard let checkpoint = Checkpoint(of: note, signedByAnyOf: keys) else {
            return say("has a checkpoint that no given key has signed for its log")
        }
        report.checkpoint = checkpoint
        for known in earlier where known.origin != checkpoint.origin {
            say("is of the log \(checkpoint.origin), and the earlier checkpoint of \(known.origin)")
        }
        for known in earlier where known.size > checkpoint.size {
            say(
                "says that the log has \(checkpoint.size) entries, and an earlier checkpoint that it has \(known.size): it was cut"
            )
        }
    }

    private mutating func entry(_ members: JSONObject) {
        guard case .integer(let index) = members["index"], index >= 0,
            case .string(let text) = members["leaf_hash"],
            let leaf = Base64.bytes(Array(text.utf8)).flatMap({ TreeHash($0) }),
            let proof = Self.proof(members["proof"]), let body = members["entry"]
        else { return say("is no entry of an exported log") }
        let wanted = expected ?? (isPart ? index : 0)
        if index != wanted { say("has entry \(index) where entry \(wanted) belongs") }
        // What follows is held against its own number, so that one that is missing is one finding.
        expected = index < Int.max ? index + 1 : index
        report.entries += 1
        if body == .null {
            report.withoutBody += 1
            if hasBody { say("has no body, and one before it has: it was not retention that took it") }
        } else {
            hasBody = true
            if CanonicalJSON.bytes(body).map(TreeHash.leaf) != leaf {
                say("is not the entry \(index) that was written")
            }
        }
        if let checkpoint = report.checkpoint,
            !TreeProof.shows(leaf, at: index, inTreeOf: checkpoint.size, under: checkpoint.root, by: proof)
        {
            say("is not proved to be entry \(index) of the log")
        }
        add(leaf)
    }

    private static func proof(_ value: JSONValue?) -> [TreeHash]? {
        guard case .array(let values) = value, values.count <= 64 else { return nil }
        let hashes = values.compactMap { value -> TreeHash? in
            guard case .string(let text) = value else { return nil }
            return Base64.bytes(Array(text.utf8)).flatMap { TreeHash($0) }
        }
        return hashes.count == values.count ? hashes : nil
    }

    private mutating func add(_ leaf: TreeHash) {
        var new = (height: 0, hash: leaf)
        while let last = frontier.last, last.height == new.height {
            frontier.removeLast()
            new = (last.height + 1, .node(last.hash, new.hash))
        }
        frontier.append(new)
        if earlier.contains(where: { $0.size == report.entries }) { roots[report.entries] = root }
    }

    /// Of the tree over all that was read.
    private var root: TreeHash {
        guard let last = frontier.last else { return .empty }
        return frontier.dropLast().reversed().reduce(last.hash) { .node($1.hash, $0) }
    }

    /// What was found, once the last line was read.
    package consuming func finish() -> Report {
        guard let checkpoint = report.checkpoint else {
            if number == 0 { report.problems.append("There is nothing in it.") }
            return report
        }
        guard !isPart else { return report }
        if report.entries != checkpoint.size {
            add("It has \(report.entries) entries, and its checkpoint says that there are \(checkpoint.size).")
        } else if root != checkpoint.root {
            add("The hash of all its entries is not the one that was signed.")
        }
        for known in earlier where known.origin == checkpoint.origin && known.size <= report.entries {
            if roots[known.size] != known.root {
                add("It does not begin with the \(known.size) entries of an earlier checkpoint.")
            }
        }
        return report
    }

    private mutating func say(_ finding: String) { add("Line \(number) \(finding).") }

    private mutating func add(_ problem: String) {
        if report.problems.count < Self.mostProblems { report.problems.append(problem) }
    }
}
