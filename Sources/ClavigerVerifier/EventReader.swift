/// One event of the stream.
struct StreamEvent: Hashable {
    var name = "message"
    /// The identifier that it carries, nil for none.
    var id: String?
    var data = ""
}

/// Reads server-sent events as they come in pieces (HTML, Server-sent events §9.2.6).
struct EventReader {
    /// The longest line that is read, in bytes. The node's are shorter by far.
    private static let maximumLine = 65_536

    /// Something is no line of any event of ours.
    struct Malformed: Error {}

    private var line: [UInt8] = []
    private var event = StreamEvent()
    private var hasData = false
    private var endedWithReturn = false

    /// The events that are complete with these bytes.
    ///
    /// - Throws: ``Malformed``.
    mutating func read(_ bytes: some Sequence<UInt8>) throws(Malformed) -> [StreamEvent] {
        var events: [StreamEvent] = []
        for byte in bytes {
            let followsReturn = endedWithReturn
            endedWithReturn = byte == UInt8(ascii: "\r")
            switch byte {
            case UInt8(ascii: "\n") where followsReturn: continue
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                if let event = take() { events.append(event) }
            default:
                guard line.count < Self.maximumLine else { throw Malformed() }
                line.append(byte)
            }
        }
        return events
    }

    /// Takes the line that has ended.
    ///
    /// - Returns: The event that it completes.
    private mutating func take() -> StreamEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        guard !line.isEmpty else {
            defer {
                event = StreamEvent()
                hasData = false
            }
            return hasData ? event : nil
        }
        let text = String(decoding: line, as: UTF8.self)
        let colon = text.firstIndex(of: ":") ?? text.endIndex
        var value = colon == text.endIndex ? "" : text[text.index(after: colon)...]
        if value.first == " " { value.removeFirst() }
        switch text[..<colon] {
        case "event": event.name = String(value)
        case "id": event.id = String(value)
        case "data":
            event.data += (hasData ? "\n" : "") + value
            hasData = true
        default: break
        }
        return nil
    }
}
