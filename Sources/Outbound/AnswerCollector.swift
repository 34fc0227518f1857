import AsyncHTTPClient
import Locking
import NIOCore
import NIOHTTP1
import ProviderDefinition

/// Takes an answer in, up to the size that is read, and knows whether the request went out before something failed.
final class AnswerCollector: HTTPClientResponseDelegate {
    /// That an answer is larger than any that is read.
    struct TooLarge: Error {}

    private struct State {
        var wasSent = false
        var head: HTTPResponseHead?
        var body: [UInt8] = []
    }

    private let state = Lock(State())

    /// Whether anything of the request may have left.
    var wasSent: Bool { state.withLock { $0.wasSent } }

    func didSendRequestHead(task: HTTPClient.Task<ProviderAnswer>, _ head: HTTPRequestHead) {
        state.withLock { $0.wasSent = true }
    }

    func didReceiveHead(
        task: HTTPClient.Task<ProviderAnswer>, _ head: HTTPResponseHead
    ) -> EventLoopFuture<Void> {
        state.withLock { $0.head = head }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(
        task: HTTPClient.Task<ProviderAnswer>, _ buffer: ByteBuffer
    ) -> EventLoopFuture<Void> {
        let fits = state.withLock { state in
            guard state.body.count + buffer.readableBytes <= ProviderAnswer.maximumSize else { return false }
            state.body.append(contentsOf: buffer.readableBytesView)
            return true
        }
        return fits
            ? task.eventLoop.makeSucceededVoidFuture() : task.eventLoop.makeFailedFuture(TooLarge())
    }

    func didFinishRequest(task: HTTPClient.Task<ProviderAnswer>) throws -> ProviderAnswer {
        let (head, body) = state.withLock { ($0.head, $0.body) }
        guard let head else { throw HTTPClientError.remoteConnectionClosed }
        return ProviderAnswer(
            status: Int(head.status.code),
            headers: head.headers.map { ProviderRequest.Header($0.name, $0.value) }, body: body)
    }
}
