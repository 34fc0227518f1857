import Hummingbird
import HummingbirdCore
import Logging
import Model
import NIOHTTP1

/// What Hummingbird's `Application` gives a server to answer with, for a server that is not its own.
struct ApplicationResponder<Responder: HTTPResponder>: Sendable
where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
    let responder: Responder
    let now: @Sendable () -> Instant
    let logger: Logger

    var answer: HTTPChannelHandler.Responder {
        { [self] (request, writer: consuming ResponseWriter, channel) in
            let context = Responder.Context(source: ApplicationRequestContextSource(channel: channel, logger: logger))
            var response: Response
            do {
                response = try await responder.respond(to: request, context: context)
            } catch let error as HTTPParserError {
                throw error
            } catch {
                logger.debug("unrecognised error", metadata: ["error": "\(error)"])
                response = Response(status: .internalServerError)
            }
            response.headers[.date] = CivilTime(now()).httpDate
            do {
                try await writer.write(response: response.head, body: response.body)
            } catch is HTTPParserError {
                // Thrown on, it would have another reply written behind the beginning of this one.
                throw BrokenOff()
            }
        }
    }

    private struct BrokenOff: Error {}
}
