import Foundation
import Persistence

/// A file with the place of the last line that was written, for who ships lines through a pipe.
struct CursorFile {
    let path: String

    /// Nil where there is none yet.
    ///
    /// - Throws: ``CommandError`` for one in which something else stands.
    func place() throws -> AuditPlace? {
        guard FileStatus(path) != nil else { return nil }
        guard let data = FileManager.default.contents(atPath: path),
            let place = AuditPlace(parsing: String(decoding: data.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
        else {
            throw CommandError("\(path) is no cursor of `claviger audit follow`, or cannot be read.")
        }
        return place
    }

    /// Replaces what it says, whole or not at all.
    func save(_ place: AuditPlace) throws {
        let draft = try DraftFile(for: path)
        try draft.write("\(place)\n")
        try draft.publish()
    }
}
