import HTTPTypes
import Hummingbird
import NIOCore
import OAuth

/// The body of a request by which a mail program unsubscribes (RFC 8058 §3.1): one field, in either of the two forms that forms have.
enum OneClick {
    private static let name = "List-Unsubscribe"
    private static let value = "One-Click"
    private static let longest = 4096

    /// - Throws: ``PageProblem`` for anything else.
    static func require(in request: Request) async throws {
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: longest)
        } catch is NIOTooManyBytesError {
            throw PageProblem.tooLarge
        }
        let text = String(buffer: body)
        let type = request.headers[.contentType]?.lowercased() ?? ""
        let isOne =
            if type.hasPrefix("application/x-www-form-urlencoded") {
                (try? Form(parsing: Array(buffer: body)))?.value(of: name) == value
            } else if type.hasPrefix("multipart/form-data") {
                // Whatever its boundary is: nothing of it is taken over.
                text.contains("name=\"\(name)\"") && text.split(whereSeparator: \.isNewline).contains { $0 == value }
            } else {
                false
            }
        guard isOne else { throw PageProblem.unreadable }
    }
}
