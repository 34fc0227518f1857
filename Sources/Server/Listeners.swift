import Glibc
import Logging
import NIOCore
import ServiceLifecycle

/// Everything at which callers are answered. They end together: one after another, the second would have what time the first has left.
struct Listeners: Service, NamedPart {
    /// What answers, and where: for people.
    typealias Listener = (place: String, service: any Service)

    let all: [Listener]

    var partName: String { "listening" }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (place, service) in all {
                group.addTask {
                    do {
                        try await service.run()
                    } catch let error as IOError {
                        // Most likely another program has the address.
                        throw ListeningError(place: place, problem: String(cString: strerror(error.errnoCode)))
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

/// An address at which nobody can be answered.
struct ListeningError: Error, CustomStringConvertible {
    let place: String
    let problem: String

    var description: String { "\(place): \(problem)" }
}
