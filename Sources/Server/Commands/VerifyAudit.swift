import ArgumentParser
import Foundation
import MerkleLog

/// `claviger audit verify`
struct VerifyAudit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check a copy of an account's audit log.",
        discussion: """
            Finds an entry that was edited, removed, moved or put in, and one that was cut off the end: the copy is held against the \
            checkpoint on its first line, that against the key, and both against checkpoints that were kept earlier. No database, no server \
            and no other setting is needed.

            The copy is what claviger audit prove prints, or GET …/audit-log/entries answers, all parts of it one after another. The key \
            is one of "keys" in GET …/audit-log: keep it from a day on which you trusted the server. An earlier checkpoint is what GET \
            …/audit-log/checkpoint answered then; without one, nothing says that the log was not as short or another before.

            Ends with 0 where all is well, and with 1 where something was found or the copy cannot be read.
            """)

    @Argument(help: "The copy, - for the standard input.") var file: String
    @Option(help: "The key of the log, as …/audit-log/org_…+1a2b3c4d+AQ…; may be given several times.") var key:
        [String] = []
    @Option(help: "A file with an earlier checkpoint; may be given several times.") var checkpoint: [String] = []
    @Flag(help: "The copy is a part of the log: nothing says then what is before and behind it.") var part = false

    func validate() throws {
        guard !key.isEmpty else { throw ValidationError("Say by which --key the checkpoint is signed.") }
        guard key.allSatisfy({ NoteKey(parsing: $0) != nil }) else {
            throw ValidationError("--key must be a key of the log, as …/audit-log/org_…+1a2b3c4d+AQ….")
        }
        if part, !checkpoint.isEmpty {
            throw ValidationError("A part of a log cannot be held against an earlier checkpoint: leave out --part.")
        }
    }

    func run() throws {
        let keys = key.compactMap { NoteKey(parsing: $0) }
        let earlier = try checkpoint.map { path in
            guard let data = FileManager.default.contents(atPath: path),
                let note = SignedNote(parsing: String(decoding: data, as: UTF8.self)),
                let checkpoint = Checkpoint(of: note, signedByAnyOf: keys)
            else { throw CommandError("\(path) is no checkpoint that the key has signed, or cannot be read.") }
            return checkpoint
        }
        var verification = LogVerification(keys: keys, earlier: earlier, isPart: part)
        try lines { verification.read($0) }
        let report = verification.finish()
        guard report.problems.isEmpty else {
            throw CommandError(
                "The copy is not what was written:\n" + report.problems.map { "  \($0)" }.joined(separator: "\n"))
        }
        let whole = part ? "\(report.entries) entries of the log" : "All \(report.entries) entries"
        print("\(whole) are as they were written. \(report.withoutBody) of them are hashes alone.")
        if let checkpoint = report.checkpoint { print("\(checkpoint.origin) has \(checkpoint.size).") }
    }

    /// Each line of the copy, without its line break, and what stands behind the last one.
    private func lines(_ take: ([UInt8]) -> Void) throws {
        let handle: FileHandle
        if file == "-" {
            handle = .standardInput
        } else {
            guard let opened = FileHandle(forReadingAtPath: file) else { throw CommandError("\(file) cannot be read.") }
            handle = opened
        }
        let newline = UInt8(ascii: "\n")
        var rest: [UInt8] = []
        while let data = try handle.read(upToCount: 1 << 16), !data.isEmpty {
            rest += data
            var start = rest.startIndex
            while let end = rest[start...].firstIndex(of: newline) {
                take(Array(rest[start..<end]))
                start = end + 1
            }
            rest.removeFirst(start)
        }
        if !rest.isEmpty { take(rest) }
    }
}
