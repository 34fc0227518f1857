import CredentialFormat
import HTTPTypes
import Hummingbird
import NIOCore
import OAuth

/// The fields of a form that a browser sent, each once.
struct PageForm: Sendable, Redacted {
    /// The most fields: a box for each scope of the longest catalogue, and what else a form asks for.
    private static let maximumFields = 512

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
        do { form = try Form(parsing: bytes, atMost: Self.maximumFields) } catch { throw PageProblem.unreadable }
        text = String(decoding: bytes, as: UTF8.self)
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
