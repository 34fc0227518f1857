import NIOCore

/// The last announcements of a node, each with its number, so that who lost the stream for a moment misses none of them.
struct AnnouncementRing {
    /// How many are kept at least.
    static let capacity = 4096

    /// What an announcement says is to be forgotten.
    enum Announcement {
        case these([String])
        case everything
    }

    /// The node, whose announcements alone these are.
    private let node: String
    private var events: [ByteBuffer] = []
    /// The number of the newest one.
    private var newest: UInt64 = 0

    init(of node: String) {
        self.node = node
    }

    /// The identifier of the newest announcement.
    var newestIdentifier: String { "\(node).\(newest)" }

    /// How many are kept.
    var count: Int { events.count }

    /// Adds an announcement.
    ///
    /// - Returns: It as an event, to be sent to all.
    mutating func append(_ announcement: Announcement) -> ByteBuffer {
        newest += 1
        let event =
            switch announcement {
            case .these(let fingerprints):
                ServerSentEvent.chunk("forget", id: newestIdentifier, data: fingerprints.joined(separator: " "))
            case .everything: ServerSentEvent.chunk("forget-everything", id: newestIdentifier, data: "{}")
            }
        if events.count == 2 * Self.capacity { events.removeFirst(Self.capacity) }
        events.append(event)
        return event
    }

    /// The announcements that followed the one with this identifier, nil where that cannot be told any more.
    func following(_ identifier: String) -> ArraySlice<ByteBuffer>? {
        let parts = identifier.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == node, let number = UInt64(parts[1]), number <= newest,
            newest - number <= UInt64(events.count)
        else { return nil }
        return events.suffix(Int(newest - number))
    }
}
