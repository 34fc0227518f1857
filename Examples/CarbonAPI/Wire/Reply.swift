import HTTPTypes
import HummingbirdCore
import NIOCore

/// What an operation answers.
struct Reply: Sendable {
    enum Body: Sendable {
        case none
        case bytes([UInt8])
        case file(FileChunks)
    }

    var status: Int
    var headers: [(String, String)]
    var body: Body

    static func json(_ value: JSONValue, status: Int = 200, headers: [(String, String)] = []) -> Reply {
        Reply(
            status: status, headers: [("Content-Type", "application/json; charset=utf-8")] + headers,
            body: .bytes(value.bytes))
    }

    static let noContent = Reply(status: 204, headers: [], body: .none)

    func with(_ name: String, _ value: String) -> Reply {
        var reply = self
        reply.headers.append((name, value))
        return reply
    }

    func response(requestID: String, withoutBody: Bool) -> Response {
        var fields = HTTPFields()
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        if let name = HTTPField.Name("X-Request-Id") { fields[name] = requestID }
        if let name = HTTPField.Name("X-Content-Type-Options") { fields[name] = "nosniff" }
        // What an organization's figures are is no business of a cache's.
        if fields[.cacheControl] == nil { fields[.cacheControl] = "no-store" }
        if isWorthCompressing {
            fields.append(HTTPField(name: .vary, value: "Accept-Encoding"))
            // An answer without its body has nothing to compress.
            if !withoutBody, let mark = HTTPField.Name(CompressingChannel.mark) { fields[mark] = "1" }
        }
        let status = HTTPResponse.Status(code: status)
        switch body {
        case .none: return Response(status: status, headers: fields)
        case .bytes(let bytes):
            guard withoutBody else {
                return Response(
                    status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
            }
            fields[.contentLength] = String(bytes.count)
            return Response(status: status, headers: fields)
        case .file(let chunks):
            guard withoutBody else {
                return Response(status: status, headers: fields, body: ResponseBody(asyncSequence: chunks))
            }
            return Response(status: status, headers: fields)
        }
    }
    /// Bytes from which on compressing saves more than it costs.
    static let worthwhile = 1024

    /// All that is answered here is text, but for files that are compressed already. What a refusal or a small answer would save is less than its header.
    private var isWorthCompressing: Bool {
        switch body {
        case .none: false
        case .bytes(let bytes): bytes.count >= Self.worthwhile
        case .file(let chunks): !chunks.isCompressed
        }
    }
}
