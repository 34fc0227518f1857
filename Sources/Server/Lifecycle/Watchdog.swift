import NIOCore
import ServiceLifecycle

/// Tells the service manager that the server is alive, twice as often as it wants to hear it, and only once every event loop has
/// answered: where one is stuck nothing is said, and the manager starts the server anew.
struct Watchdog: Service {
    let supervisor: Supervisor
    /// How long the manager waits.
    let interval: Duration
    let loops: any EventLoopGroup

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await prove()
                supervisor.say(.watchdog)
                try? await Task.sleep(for: interval / 2)
            }
        }
    }

    /// Returns when every loop has done something for us.
    func prove() async {
        for loop in loops.makeIterator() { try? await loop.submit {}.get() }
    }
}
