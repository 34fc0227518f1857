import Foundation
import TestSupport

/// An answer as it stood on the wire.
struct RawAnswer: CustomStringConvertible {
    let status: Int
    let fields: [(name: String, value: String)]
    let body: [UInt8]

    /// The value of a header field, of several with commas between.
    subscript(name: String) -> String? {
        let values = fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// All but what differs between two answers to the same request: date and request identifier.
    var description: String {
        let lines = fields.map { (name: $0.name.lowercased(), value: $0.value) }
            .filter { !["date", "x-request-id"].contains($0.name) }
            .map { "\($0.name): \($0.value)" }.sorted()
        return (["\(status)"] + lines + [text]).joined(separator: "\n")
    }
}

/// Reads the answers that stand one behind another, none behind the last half one.
struct RawAnswers {
    private(set) var answers: [RawAnswer] = []
    /// How many bytes stand behind the last whole answer.
    private(set) var remainder = 0
    private let bodiless: Set<Int>

    /// - Parameter bodiless: The numbers of the answers that have no body whatever their fields say: those to HEAD.
    init(_ bytes: [UInt8], bodiless: Set<Int> = []) throws {
        self.bodiless = bodiless
        var rest = bytes[...]
        while let (answer, end) = try next(rest) {
            answers.append(answer)
            rest = rest[end...]
        }
        remainder = rest.count
    }

    private func next(_ bytes: ArraySlice<UInt8>) throws -> (RawAnswer, end: Int)? {
        guard let headEnd = bytes.indices.first(where: { bytes[$0...].starts(with: Self.blankLine) }) else {
            return nil
        }
        var lines = String(decoding: bytes[..<headEnd], as: UTF8.self).split(separator: "\r\n")
        guard !lines.isEmpty else { throw ServerFailure("No status line.") }
        let statusLine = lines.removeFirst()
        guard statusLine.hasPrefix("HTTP/1."), let status = Int(statusLine.dropFirst(9).prefix(3)) else {
            throw ServerFailure("No status line: \(statusLine)")
        }
        let fields = try lines.map { line in
            guard let colon = line.firstIndex(of: ":") else { throw ServerFailure("No field: \(line)") }
            return (String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " }))
        }
        let start = headEnd + Self.blankLine.count
        var answer = RawAnswer(status: status, fields: fields, body: [])
        guard !bodiless.contains(answers.count) else { return (answer, start) }
        if answer["transfer-encoding"] == "chunked" { throw ServerFailure("A chunked answer.") }
        let length = answer["content-length"].flatMap { Int($0) } ?? 0
        guard bytes.endIndex - start >= length else { return nil }
        answer = RawAnswer(status: status, fields: fields, body: Array(bytes[start..<start + length]))
        return (answer, start + length)
    }

    private static let blankLine = Array("\r\n\r\n".utf8)
}

extension ServerProcess {
    /// Sends text on a connection of its own and reads the answers. One more request behind it shows where the last of
    /// them ends.
    ///
    /// - Throws: ``ServerFailure`` if they are not `count`, or anything else stands between or behind them.
    func exchange(_ text: String, answers count: Int = 1, bodiless: Set<Int> = []) throws -> [RawAnswer] {
        var answers = try exchangeToTheEnd(
            text + "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", bodiless: bodiless)
        if answers.count == count + 1 { answers.removeLast() }
        guard answers.count == count else { throw ServerFailure("\(answers.count) answers, not \(count): \(answers)") }
        return answers
    }

    /// What a request is answered at the door on the event loop, then at the ordinary one: behind another that goes there.
    func exchangeAtBothDoors(_ text: String) throws -> [RawAnswer] {
        let isHead = text.hasPrefix("HEAD ")
        return [
            try settled { try exchange(text, bodiless: isHead ? [0] : [])[0] },
            try settled { try exchange(request("GET", "/readyz") + text, answers: 2, bodiless: isHead ? [1] : [])[1] },
        ]
    }

    /// The answer, asked for again while the server cannot tell (503), as ``HTTPFront`` does.
    private func settled(_ ask: () throws -> RawAnswer) throws -> RawAnswer {
        let end = Date.now.addingTimeInterval(60)
        var answer = try ask()
        while isPatient, answer.status == 503, .now < end {
            Thread.sleep(forTimeInterval: 0.02)
            answer = try ask()
        }
        return answer
    }

    /// Sends text on a connection of its own and reads until the server ends the connection.
    ///
    /// - Throws: ``ServerFailure`` if it does not within the patience.
    func exchangeToTheEnd(_ text: String, bodiless: Set<Int> = []) throws -> [RawAnswer] {
        let connection = try RawConnection(port: port)
        connection.send(text)
        let bytes = connection.receive()
        if connection.hasEnded {
            let read = try RawAnswers(bytes, bodiless: bodiless)
            guard read.remainder == 0 else { throw ServerFailure("\(read.remainder) bytes are no answer.") }
            return read.answers
        }
        throw ServerFailure("The connection stays open after: \(String(decoding: bytes, as: UTF8.self))")
    }
}

extension RawConnection {
    /// The next answers, as many as asked for.
    func answers(_ count: Int, bodiless: Set<Int> = []) throws -> [RawAnswer] {
        let bytes = receive { bytes in
            ((try? RawAnswers(bytes, bodiless: bodiless).answers.count) ?? 0) >= count
        }
        let answers = try RawAnswers(bytes, bodiless: bodiless).answers
        guard answers.count >= count else { throw ServerFailure("\(answers.count) answers, not \(count).") }
        return answers
    }
}
