import HTTPTypes
import Hummingbird
import NIOCore
import OAuth

/// The fields of a form that a browser sent, each once.
struct PageForm: Sendable {
    private let form: Form
    /// The body as it came.
    let text: String

    /// Reads the body of a request.
    ///
    /// - Throws: ``PageProblem`` for what no page of ours sends.
    init(_ request: Request) async throws {
        let type = request.headers[.contentType]?.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        guard type == "application/x-www-form-urlencoded" else { throw PageProblem.unreadable }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: Form.maximumBytes)
        } catch is NIOTooManyBytesError {
            throw PageProblem.tooLarge
        }
        let bytes = Array(buffer: body)
        do { form = try Form(parsing: bytes) } catch { throw PageProblem.unreadable }
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// The value of a field, nil if it is absent or empty.
    subscript(name: StaticString) -> String? { form[name] }

    /// The value of a field, empty if it is absent.
    func text(_ name: StaticString) -> String { form[name] ?? "" }
}
