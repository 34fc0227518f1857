import AsyncHTTPClient
import NIOCore

extension HTTPClient {
    /// Sends a request and waits for what `delegate` makes of the reply. By a delegate: of a request without one, the deadline holds to
    /// the head of the reply and no further.
    ///
    /// - Parameter timeout: How long the whole may take, to the end of the reply. It is shortened by the end of whoever waits.
    func answer<Delegate: HTTPClientResponseDelegate>(
        to request: Request, through delegate: Delegate, within timeout: Duration
    ) async throws -> Delegate.Response {
        let task = execute(request: request, delegate: delegate, deadline: .now() + TimeAmount(timeout))
        return try await withTaskCancellationHandler {
            try await task.get()
        } onCancel: {
            task.cancel()
        }
    }
}
