import HTTPTypes
import NIOCore
import NIOHTTP1

/// A request that is refused before anybody looks at what it asks for: what HTTP itself demands of it is not there, or no
/// end of it can be found. The connection ends with it.
package enum WireRefusal: Error, Hashable, Sendable {
    /// RFC 9112 §3.2: none in HTTP/1.1, more than one, or no host in it.
    case host
    /// What cannot be parsed, or has no certain end (RFC 9112 §6.3).
    case malformed
    /// It did not arrive in time (RFC 9110 §15.5.9).
    case tooSlow
    /// It announces more than anything here takes.
    case bodyTooLarge
    /// RFC 9110 §15.5.18
    case expectation
    /// RFC 6585 §5
    case headTooLarge
    /// RFC 9110 §9.1: a method that nobody here has heard of.
    case method
    /// RFC 9112 §6.1
    case transferCoding
    /// RFC 9110 §15.6.6
    case version
    /// The client left before the request was whole. It is told 400 if it still listens.
    case clientLeft

    /// How a client that leaves in the middle of a request stands in the log: no status of RFC 9110, and none that any
    /// client is sent.
    package static let clientLeftStatus = 499

    /// What the log calls it.
    package var rule: String {
        switch self {
        case .host: "host"
        case .malformed: "malformed request"
        case .tooSlow: "request too slow"
        case .bodyTooLarge: "body too large"
        case .expectation: "expectation"
        case .headTooLarge: "head too large"
        case .method: "unknown method"
        case .transferCoding: "transfer coding"
        case .version: "version"
        case .clientLeft: "client left"
        }
    }

    /// The status in the log.
    package var loggedStatus: Int { self == .clientLeft ? Self.clientLeftStatus : problem.status.code }

    /// What the client is told.
    package var problem: ProblemDocument {
        switch self {
        case .host:
            ProblemDocument(
                status: .badRequest, type: "host", title: "Bad Host",
                detail: "A request has one `Host` field, with the host that it is for and, if need be, a port.")
        case .malformed:
            ProblemDocument(
                status: .badRequest, type: "malformed-request", title: "Not HTTP",
                detail: "The request is not well-formed, or its end is not certain.")
        case .tooSlow:
            ProblemDocument(
                status: .requestTimeout, type: "request-too-slow", title: "Too slow",
                detail: "The request did not arrive in time. Send it again, all of it at once.")
        case .bodyTooLarge: .bodyTooLarge
        case .expectation:
            ProblemDocument(
                status: .expectationFailed, type: "expectation-failed", title: "Unknown expectation",
                detail: "`Expect` may be `100-continue` and nothing else.")
        case .headTooLarge:
            ProblemDocument(
                status: .requestHeaderFieldsTooLarge, type: "head-too-large", title: "Too many or too long fields",
                detail: "A request has at most 128 header fields, each of at most 16 KiB, and 32 KiB in all.")
        case .method:
            ProblemDocument(
                status: .notImplemented, type: "unknown-method", title: "Unknown method",
                detail: "No resource here has this method. Methods are written in capitals.")
        case .transferCoding:
            ProblemDocument(
                status: .notImplemented, type: "unknown-transfer-coding", title: "Unknown transfer coding",
                detail: "`Transfer-Encoding` may be `chunked` and nothing else.")
        case .version:
            ProblemDocument(
                status: .httpVersionNotSupported, type: "version", title: "Unknown version of HTTP",
                detail: "Speak HTTP/1.1 or HTTP/1.0.")
        case .clientLeft:
            ProblemDocument(
                status: .badRequest, type: "incomplete-request", title: "Half a request",
                detail: "The request ended before it was whole.")
        }
    }
}

extension ProblemDocument {
    /// 413: what is sent is larger than anything here takes.
    package static let bodyTooLarge = ProblemDocument(
        status: .contentTooLarge, type: "body-too-large", title: "Body too large",
        detail: "The body may have at most \(HotDoor.maximumBody) bytes.")

    /// The same of what would be passed on to a provider.
    static let relayedBodyTooLarge = ProblemDocument(
        status: .contentTooLarge, type: "body-too-large", title: "Body too large",
        detail: """
            A body that is passed on may have at most \(HotDoor.maximumRelayedBody) bytes over HTTP/1.1 where `Content-Length` says \
            how many, else \(HotDoor.maximumBody).
            """)
}

/// The rest of a request that was handed on will not come.
package struct RequestCutShort: Error {
    package let reason: WireRefusal

    /// What the client is told, with the status that the log has.
    package var problem: ProblemDocument {
        let problem = reason.problem
        guard reason == .clientLeft else { return problem }
        return ProblemDocument(
            status: HTTPResponse.Status(code: WireRefusal.clientLeftStatus, reasonPhrase: "Client Closed Request"),
            type: problem.type, title: problem.title, detail: problem.detail)
    }
}

extension WireRefusal {
    /// What the parser's error means. It says less than an answer needs, so the bytes in which it arose are looked at.
    ///
    /// - Parameter bytes: What was read last. A head that arrives in pieces may break where they do not suffice; then the
    ///   answer is the general one, or of two special ones the likelier.
    init(_ error: HTTPParserError, in bytes: ByteBuffer?) {
        let lines = Self.lines(bytes)
        switch error {
        case .headerOverflow: self = .headTooLarge
        case .invalidEOFState: self = .clientLeft
        case .invalidMethod: self = Self.endsInUnknownMethod(lines) ? .method : .malformed
        case .invalidVersion: self = lines.contains(where: Self.namesOtherVersion) ? .version : .malformed
        case .invalidContentLength: self = Self.endsInLargeNumber(lines) ? .bodyTooLarge : .malformed
        case .unknown: self = lines.contains(where: Self.namesUnknownCoding) ? .transferCoding : .malformed
        default: self = .malformed
        }
    }

    private static func lines(_ bytes: ByteBuffer?) -> [Substring] {
        guard let bytes else { return [] }
        // Byte by byte, because CR and LF together are one character to Swift.
        return bytes.readableBytesView.prefix(65_536).split(separator: 0x0A, omittingEmptySubsequences: false).map {
            line in
            Substring(String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self))
        }
    }

    /// A whole request line with a method that the parser does not know, or the beginning of one.
    private static func endsInUnknownMethod(_ lines: [Substring]) -> Bool {
        let requests = lines.compactMap { $0.wholeMatch(of: #/([!#$%&'*+.^_`|~0-9A-Za-z-]+) \S+ HTTP/\d\.\d/#) }
        if !requests.isEmpty { return requests.contains { !OrdinaryDoor.methodNames.contains(String($0.output.1)) } }
        return lines.count == 1 && lines.allSatisfy { $0.wholeMatch(of: #/[!#$%&'*+.^_`|~0-9A-Za-z-]+/#) != nil }
    }

    /// A length that is a number, but none that anything here could count to.
    private static func endsInLargeNumber(_ lines: [Substring]) -> Bool {
        let lengths = lines.compactMap { $0.firstMatch(of: #/^(?i)content-length:[ \t]*([0-9]+)[ \t]*$/#)?.output.1 }
        if !lengths.isEmpty { return lengths.count == 1 && lengths.allSatisfy { Int($0) == nil } }
        return lines.first.map { !$0.isEmpty && $0.allSatisfy { ("0"..."9").contains($0) } } ?? false
    }

    private static func namesOtherVersion(_ line: Substring) -> Bool {
        guard let match = line.wholeMatch(of: #/[A-Za-z]+ \S+ HTTP/(\d\.\d)/#) else { return false }
        return !["1.0", "1.1"].contains(match.output.1)
    }

    private static func namesUnknownCoding(_ line: Substring) -> Bool {
        guard let value = line.firstMatch(of: #/^(?i)transfer-encoding:(.*)$/#)?.output.1 else { return false }
        return TransferCodings(value).areUnknown
    }
}

/// The codings of a `Transfer-Encoding` field (RFC 9112 §6.1).
struct TransferCodings {
    private let names: [String]

    init(_ value: some StringProtocol) {
        names = value.split(separator: ",").map { $0.withoutOuterSpace.lowercased() }.filter { !$0.isEmpty }
    }

    /// Whether they are `chunked`, once.
    var areChunked: Bool { names == ["chunked"] }
    /// Whether one of them is not known here.
    var areUnknown: Bool { names.contains { $0 != "chunked" } }
}
