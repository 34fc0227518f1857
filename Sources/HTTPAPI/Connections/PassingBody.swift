import HTTPServing
import Hummingbird
import Locking
import NIOCore

/// A body that is passed on as it comes, and that remembers why it ended too early: whoever it is passed to only sees that it did.
struct PassingBody: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    typealias Failure = any Error

    /// Why the rest of a body did not come, nil as long as nothing is wrong with it.
    final class Cut: Sendable {
        private let known = Lock<RequestCutShort?>(nil)

        var reason: RequestCutShort? { known.withLock { $0 } }

        fileprivate func note(_ reason: RequestCutShort) { known.withLock { $0 = reason } }
    }

    let body: RequestBody
    let cut: Cut

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var parts: RequestBody.AsyncIterator
        fileprivate let cut: Cut

        @concurrent mutating func next() async throws -> [UInt8]? {
            do {
                return try await parts.next().map { Array(buffer: $0) }
            } catch let reason as RequestCutShort {
                cut.note(reason)
                throw reason
            }
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(parts: body.makeAsyncIterator(), cut: cut) }
}
