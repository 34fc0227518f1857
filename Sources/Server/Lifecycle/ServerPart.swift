import Logging
import ServiceLifecycle

/// One of the services that run while the server does. If it fails the server ends, and the log says which one it was.
struct ServerPart: Service {
    let service: any Service
    let logger: Logger

    func run() async throws {
        do {
            try await service.run()
        } catch {
            // What is cancelled is so because another part has failed, which is told there, or because it took longer to end than it may:
            // then the server ends as it was told to.
            guard !Task.isCancelled else { return }
            logger.critical(
                "a part of the server has failed, so the server ends",
                metadata: ["part": "\(name)", "error": "\(error)"])
            throw PartFailure(part: name, problem: "\(error)")
        }
        guard !Task.isShuttingDownGracefully, !Task.isCancelled else { return }
        logger.critical(
            "a part of the server has ended by itself, so the server ends", metadata: ["part": "\(name)"])
        throw PartFailure(part: name, problem: "it ended by itself")
    }

    private var name: String { (service as? any NamedPart)?.partName ?? "\(type(of: service))" }
}

/// A service of which there are several.
protocol NamedPart {
    /// What it does.
    var partName: String { get }
}

/// A server that could not go on.
struct PartFailure: Error, CustomStringConvertible {
    let part: String
    let problem: String

    var description: String { "The server ended because a part of it failed (\(part)): \(problem)" }
}
