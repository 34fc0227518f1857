import HummingbirdCore
import NIOCore

/// Reads `multipart/form-data` (RFC 7578) piece by piece as it arrives, so that no part has to fit into memory.
struct MultipartReader {
    private enum State {
        case start
        case inPart
        case behindDelimiter
        case end
    }

    private var source: RequestBody.AsyncIterator
    private var buffer: [UInt8] = [0x0D, 0x0A]
    private let delimiter: [UInt8]
    private var state = State.start

    private static let mostHead = 8192
    private static let doubleBreak: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]

    /// - Throws: ``Refusal`` for a body of another type.
    init(_ call: Call) throws {
        try call.checkCoding()
        guard let contentType = call.header("Content-Type"), contentType.lowercased().hasPrefix("multipart/form-data"),
            let boundary = Self.parameter("boundary", of: contentType), (1...70).contains(boundary.utf8.count)
        else { throw Refusal(415, "The body must be multipart/form-data with a boundary.") }
        delimiter = [0x0D, 0x0A, 0x2D, 0x2D] + boundary.utf8
        source = call.request.body.makeAsyncIterator()
    }

    /// The name of the next part, nil at the end. What is left of the part before is skipped.
    @concurrent mutating func nextPart() async throws -> String? {
        if case .start = state {
            while buffer.count < delimiter.count { try await fill() }
            guard buffer.starts(with: delimiter) else { throw Self.malformed }
            buffer.removeFirst(delimiter.count)
            state = .behindDelimiter
        }
        while case .inPart = state { _ = try await nextPiece() }
        guard case .behindDelimiter = state else { return nil }
        while buffer.count < 2 { try await fill() }
        if buffer.starts(with: [0x2D, 0x2D]) {
            state = .end
            return nil
        }
        // The break behind the delimiter stands before the first field.
        var end = Self.index(of: Self.doubleBreak, in: buffer)
        while end == nil {
            guard buffer.count < Self.mostHead else { throw Self.malformed }
            try await fill()
            end = Self.index(of: Self.doubleBreak, in: buffer)
        }
        guard let end, buffer.starts(with: [0x0D, 0x0A]), end > 0 else { throw Self.malformed }
        let head = String(decoding: buffer[2..<end], as: UTF8.self)
        buffer.removeFirst(end + Self.doubleBreak.count)
        state = .inPart
        return try Self.name(in: head)
    }

    /// The next bytes of the part, nil at its end.
    @concurrent mutating func nextPiece() async throws -> [UInt8]? {
        guard case .inPart = state else { return nil }
        while true {
            if let index = Self.index(of: delimiter, in: buffer) {
                let piece = Array(buffer[..<index])
                buffer.removeFirst(index)
                if !piece.isEmpty { return piece }
                buffer.removeFirst(delimiter.count)
                state = .behindDelimiter
                return nil
            }
            let free = buffer.count - delimiter.count
            if free > 0 {
                let piece = Array(buffer[..<free])
                buffer.removeFirst(free)
                return piece
            }
            try await fill()
        }
    }

    /// A part as a text.
    @concurrent mutating func text(most: Int) async throws -> String {
        var bytes: [UInt8] = []
        while let piece = try await nextPiece() {
            bytes += piece
            guard bytes.count <= most else { throw Refusal(413, "A field has more than \(most) bytes.") }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Self.malformed }
        return text
    }

    @concurrent private mutating func fill() async throws {
        guard let more = try await source.next() else { throw Self.malformed }
        buffer += more.readableBytesView
    }

    private static let malformed = Refusal(400, "The multipart body is malformed or incomplete.")

    private static func index(of pattern: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= pattern.count else { return nil }
        var place = 0
        let last = bytes.count - pattern.count
        while place <= last {
            guard let found = bytes[place...last].firstIndex(of: pattern[0]) else { return nil }
            if bytes[found..<(found + pattern.count)].elementsEqual(pattern) { return found }
            place = found + 1
        }
        return nil
    }

    private static func name(in head: String) throws -> String {
        for line in head.split(whereSeparator: \.isNewline)
        where line.lowercased().hasPrefix("content-disposition:") {
            if let name = parameter("name", of: String(line)) { return name }
        }
        throw malformed
    }

    /// A parameter behind a semicolon, with or without quotes.
    private static func parameter(_ name: String, of field: String) -> String? {
        for part in field.split(separator: ";").dropFirst() {
            let halves = part.split(separator: "=", maxSplits: 1)
            guard halves.count == 2, halves[0].filter({ !$0.isWhitespace }).lowercased() == name else { continue }
            let value = halves[1].drop { $0 == " " }
            guard value.hasPrefix("\"") else { return String(value.prefix { !$0.isWhitespace }) }
            return String(value.dropFirst().prefix { $0 != "\"" })
        }
        return nil
    }
}
