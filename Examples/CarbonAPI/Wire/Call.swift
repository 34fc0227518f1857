import Foundation
import HTTPTypes
import HummingbirdCore
import NIOCore

/// A call that was let in, by a caller who may.
// A class, so that asynchronous functions are handed one word and not a large value.
final class Call: Sendable {
    /// The parts of the path that the operation names, decoded.
    private let parameters: [String: String]
    let queryPairs: [(name: String, value: String)]
    let request: Request
    /// Who calls; nil where the operation is for everybody.
    private let knownCaller: Caller?
    /// What was shown. Kept nowhere but where a link must end with it.
    let credential: String?
    /// Where we are reached, without a final slash.
    let base: String
    /// Where the call came from.
    let address: String?
    let now: Timestamp

    /// - Throws: ``Refusal`` for a query that is malformed.
    init(
        _ parameters: [String: String], _ request: Request, caller: Caller?, credential: String?, base: String,
        address: String?, now: Timestamp
    ) throws {
        self.parameters = parameters
        queryPairs = try Self.pairs(of: request.uri.query ?? "")
        self.request = request
        knownCaller = caller
        self.credential = credential
        self.base = base
        self.address = address
        self.now = now
    }

    private static func pairs(of query: String) throws -> [(name: String, value: String)] {
        try query.split(separator: "&").map { part in
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (try decoded(halves[0]), halves.count > 1 ? try decoded(halves[1]) : "")
        }
    }

    /// No text of a database holds a NUL.
    private static func decoded(_ text: Substring) throws -> String {
        guard let decoded = text.replacing("+", with: " ").removingPercentEncoding, !decoded.utf8.contains(0) else {
            throw Refusal(400, "The query is malformed.")
        }
        return decoded
    }

    var caller: Caller {
        get throws {
            guard let knownCaller else { throw Refusal(401, "This is not for everybody.") }
            return knownCaller
        }
    }

    /// What the caller sees.
    var sight: Sight {
        get throws { .within(try caller.organization) }
    }

    /// An identifier in the path. What is none is like one that does not exist.
    func id(_ name: String) throws -> String {
        guard let id = parameters[name].flatMap({ UUIDText.parse($0) }) else { throw Refusal.notFound }
        return id
    }

    func parameter(_ name: String) -> String { parameters[name] ?? "" }

    /// A parameter of the query, unless it is empty.
    func query(_ name: String) -> String? { queryPairs.first { $0.name == name && !$0.value.isEmpty }?.value }

    func queries(_ name: String) -> [String] {
        queryPairs.filter { $0.name == name && !$0.value.isEmpty }.map(\.value)
    }

    /// As it was asked for.
    var path: String { request.uri.path }

    func header(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { request.headers[$0] }
    }

    /// The most that a JSON body may have.
    static let mostBody = 8 << 20

    func body(most: Int = Call.mostBody) async throws -> [UInt8] {
        try checkCoding()
        do {
            return Array(buffer: try await request.body.collect(upTo: most))
        } catch is NIOTooManyBytesError {
            throw Refusal(413, "The body has more than \(most) bytes.")
        }
    }

    /// - Throws: ``Refusal`` for a body that is compressed.
    func checkCoding() throws {
        let coding = request.headers[.contentEncoding] ?? "identity"
        guard coding.lowercased() == "identity" else { throw Refusal(415, "The body must not be compressed.") }
    }

    /// The JSON in the body.
    func json(most: Int = Call.mostBody) async throws -> JSONValue {
        if let type = request.headers[.contentType] {
            let media = type.prefix { $0 != ";" }.lowercased().trimmingCharacters(in: .whitespaces)
            guard media == "application/json" || media.hasSuffix("+json") else {
                throw Refusal(415, "The body must be application/json.")
            }
        }
        let bytes = try await body(most: most)
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            let line = bytes.prefix(error.offset).count { $0 == 0x0A } + 1
            throw Refusal.invalid(
                "body", .invalid, "no JSON: \(error.problem), in line \(line), byte \(error.offset)", status: 400)
        }
    }

    /// The JSON in the body, nil where there is no body.
    func optionalJSON() async throws -> JSONValue? {
        let length = request.headers[.contentLength].flatMap { Int($0) }
        let isSent = length.map { $0 > 0 } ?? (request.headers[.transferEncoding] != nil)
        return isSent ? .some(try await json()) : .none
    }
}
