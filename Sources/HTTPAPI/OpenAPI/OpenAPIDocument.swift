import COpenAPI
import CredentialFormat
package import HTTPServing
import HTTPTypes
package import Hummingbird
import Locking
import Model
import NIOCore
package import Policy
import ProductDefinition
import Yams

/// The description of both wires (OpenAPI 3.1), as it was written and as JSON.
package struct OpenAPIDocument: Sendable {
    /// As it was written: `openapi.yaml` beside these sources, compiled in, with our own address as its server.
    package let yaml: [UInt8]
    private let converted = Converted()

    /// - Throws: What is wrong with the document, if it names no server.
    package init(at address: PublicAddress) throws {
        let written = UnsafeBufferPointer(start: openapi_text(), count: openapi_count())
        guard let server = written.firstRange(of: Self.serverAsWritten.utf8) else { throw Failure.server }
        var yaml = Array(written[..<server.lowerBound])
        yaml += "\n  - url: \(address.issuer)\n".utf8
        yaml += written[server.upperBound...]
        self.yaml = yaml
    }

    /// The same as JSON, members in the same order. Made when it is asked for first: the tree of the YAML takes many times the memory of
    /// its text, and most servers are never asked.
    ///
    /// - Throws: What is wrong with the document, if it is no YAML or has something that JSON has not.
    package var json: [UInt8] {
        get throws { try served.bytes }
    }

    private var served: Served {
        get throws {
            try converted.value.withLock { value in
                if let value { return value }
                guard let root = try Yams.compose(yaml: String(decoding: yaml, as: UTF8.self)) else {
                    throw Failure.empty
                }
                var writer = JSONWriter(capacity: yaml.count * 2)
                try Self.write(root, to: &writer)
                let made = Served(writer.bytes, "application/json")
                value = made
                return made
            }
        }
    }

    /// A form of the document, with what goes with it.
    private struct Served: Sendable {
        let bytes: [UInt8]
        let tag: EntityTag
        let headers: HTTPFields

        init(_ bytes: [UInt8], _ mediaType: String) {
            self.bytes = bytes
            tag = EntityTag("\(CRC32.checksum(of: bytes))-\(bytes.count)")
            headers = [.contentType: mediaType, .cacheControl: "no-cache", .eTag: tag.text]
        }
    }

    private final class Converted: Sendable {
        let value = Lock<Served?>(nil)
    }

    private static let serverAsWritten = "\n  - url: /\n"

    /// What can be wrong with the document.
    package enum Failure: Error {
        case empty
        case server
        case alias
        case number(String)
    }

    /// Serves it at `/openapi.yaml` and `/openapi.json`, to anyone.
    package func register(on router: some RouterMethods<CallerContext>) {
        let written = Served(yaml, "application/yaml")
        serve({ written }, at: .openAPIYAML, on: router)
        serve({ try served }, at: .openAPIJSON, on: router)
    }

    private func serve(
        _ served: @escaping @Sendable () throws -> Served, at endpoint: ServedEndpoint,
        on router: some RouterMethods<CallerContext>
    ) {
        let answer: @Sendable (Request) throws -> Response = { request in
            let served = try served()
            switch try Preconditions(request.headers).outcome(for: served.tag, isRead: true) {
            case .perform:
                return Response(
                    status: .ok, headers: served.headers, body: .init(byteBuffer: ByteBuffer(bytes: served.bytes)))
            case .notModified: return Response(status: .notModified, headers: served.headers)
            case .failed: throw Refusal.preconditionFailed
            }
        }
        let path = RouterPath(endpoint.path)
        router.get(path) { request, _ in try answer(request) }
        router.head(path) { request, _ in try answer(request).createHeadResponse() }
    }

    private static func write(_ node: Node, to json: inout JSONWriter) throws {
        switch node {
        case .mapping(let mapping):
            try json.object { json in
                for (key, value) in mapping {
                    json.name(key.scalar?.string ?? "")
                    try write(value, to: &json)
                }
            }
        case .sequence(let sequence):
            try json.array(sequence) { try write($1, to: &$0) }
        case .scalar(let scalar): try write(scalar, taggedAs: node.tag, to: &json)
        case .alias: throw Failure.alias
        }
    }

    /// Only what stands without quotes can be anything but a string.
    private static func write(_ scalar: Node.Scalar, taggedAs tag: Tag, to json: inout JSONWriter) throws {
        let text = scalar.string
        switch tag {
        case _ where scalar.style != .plain: json.string(text)
        case Tag(.null): json.null()
        case Tag(.bool): json.bool(text == "true")
        case Tag(.int):
            guard let number = Int(text) else { throw Failure.number(text) }
            json.integer(number)
        case Tag(.float): throw Failure.number(text)
        default: json.string(text)
        }
    }
}
