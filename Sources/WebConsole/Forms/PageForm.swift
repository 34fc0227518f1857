import CredentialFormat
import HTTPTypes
import Hummingbird
import NIOCore
import OAuth

/// The fields of a form that a browser sent, each once.
struct PageForm: Sendable, Redacted {
    /// The most fields: a box for each scope of the longest catalogue, and what else a form asks for.
    private static let maximumFields = 512
    /// The longest name of a field that is told, in bytes: a scope behind a prefix.
    private static let maximumName = 120

    private let form: Form
    /// The body as it came.
    let text: String

    /// Reads the body of a request.
    ///
    /// - Throws: ``PageProblem`` for what no page of ours sends.
    init(_ request: Request) async throws {
        guard Form.isType(request.headers[.contentType]) else { throw PageProblem.unreadable }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: Form.maximumBytes)
        } catch is NIOTooManyBytesError {
            throw PageProblem.tooLarge
        }
        let bytes = Array(buffer: body)
        text = String(decoding: bytes, as: UTF8.self)
        do {
            form = try Form(parsing: bytes, atMost: Self.maximumFields)
        } catch {
            throw Self.repeatedName(in: text).map(PageProblem.repeated) ?? PageProblem.unreadable
        }
    }

    /// The first name that comes twice, as far as it looks like the name of a field of ours.
    private static func repeatedName(in text: String) -> String? {
        var known: Set<String> = []
        for pair in text.split(separator: "&") {
            guard let name = Form.decode(pair.prefix { $0 != "=" }) else { return nil }
            guard known.insert(name).inserted else { return isPlain(name) ? name : nil }
        }
        return nil
    }

    private static func isPlain(_ name: String) -> Bool {
        (1...maximumName).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: "-_.:".utf8.contains(byte)
                }
            }
    }

    /// The value of a field, nil if it is absent or empty.
    subscript(name: StaticString) -> String? { form[name] }

    /// The value of a field, empty if it is absent.
    func text(_ name: StaticString) -> String { form[name] ?? "" }

    /// The value of a field whose name is known only now, nil if it is absent or empty.
    func value(of name: String) -> String? { form.value(of: name) }

    /// What follows `prefix` in the names of the fields that begin with it and are not empty, in their order.
    func names(behind prefix: String) -> [String] {
        form.names.filter { $0.hasPrefix(prefix) && form.value(of: $0) != nil }.map {
            String($0.dropFirst(prefix.count))
        }
    }
}
