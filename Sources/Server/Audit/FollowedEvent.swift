import Foundation
import HTTPAPI
import HTTPServing
import Persistence

/// A line of a follower of the audit log: the event as the API lists it, and `cursor`, after which to go on.
enum FollowedEvent {
    /// The line, with its end.
    static func line(of placed: PlacedAuditEvent) -> [UInt8] {
        JSONWriter.object { json in
            placed.event.write(to: &json)
            json.member("cursor", placed.place.description)
        } + [UInt8(ascii: "\n")]
    }

    /// Where a line's event stands, nil for what is no such line.
    static func place(in line: Data) -> AuditPlace? {
        (try? JSONDecoder().decode(Cursor.self, from: line)).flatMap { AuditPlace(parsing: $0.cursor) }
    }

    private struct Cursor: Decodable {
        let cursor: String
    }
}
