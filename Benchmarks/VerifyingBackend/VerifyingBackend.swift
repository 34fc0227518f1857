import ClavigerVerifier
import ClavigerVerifierHummingbird
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// A backend that verifies in its own process, as `make prove-revocation` has one beside the nodes. `/verify` is a route behind the
/// middleware; `/readyz` answers 200 while what was learned is remembered. The environment tells it where and who it is.
@main
struct VerifyingBackend {
    static func main() async throws {
        var logger = Logger(label: "backend")
        logger.logLevel = .warning
        let verifier = Verifier(
            VerifierConfiguration(
                address: try told("CLAVIGER"), clientID: try told("CLIENT_ID"), clientSecret: try told("CLIENT_SECRET")),
            logger: logger)
        let router = Router(context: BackendContext.self)
        router.group("verify")
            .add(middleware: VerifierMiddleware<ReadData, BackendContext>(verifier) { _, context in context.peer })
            .get { _, _ in HTTPResponse.Status.ok }
        router.get("readyz") { _, _ in
            verifier.mode == .remembering ? HTTPResponse.Status.ok : HTTPResponse.Status.serviceUnavailable
        }
        guard let port = Int(try told("PORT")) else { throw Untold(name: "PORT") }
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port), serverName: nil),
            logger: logger)
        let following = Task { await verifier.run() }
        defer { following.cancel() }
        try await application.runService()
    }

    private static func told(_ name: String) throws -> String {
        guard let value = ProcessInfo.processInfo.environment["BACKEND_\(name)"] else { throw Untold(name: name) }
        return value
    }
}

/// The environment lacks something.
private struct Untold: Error {
    let name: String
}

/// What the credentials of the proof are for.
private enum ReadData: ScopeRequirement {
    static let scopes = ["data.read"]
}

private struct BackendContext: VerifiedRequestContext {
    var coreContext: CoreRequestContextStorage
    var caller: Caller?
    /// From where the call comes.
    let peer: String?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = source.channel.remoteAddress?.ipAddress
    }
}
