import Locking

/// The simulated world behind one lock. Nothing is waited for while it is held.
final class Simulator: Sendable {
    private let world: Lock<World>

    init(_ options: SimulatorOptions) {
        world = Lock(World(options))
    }

    /// - Returns: The reply, and the simulated time of it.
    func answer(_ call: Call) -> (reply: Reply, time: Int) {
        world.withLock { world in
            let reply: Reply =
                switch call.host {
                case "_simulator": ControlDesk(world: world).answer(call)
                case "": call.path == "/" ? .text(Self.guide(call.base), status: 200) : .text("Not found.", status: 404)
                default: world.answer(call)
                }
            return (reply, world.now)
        }
    }

    private static func guide(_ base: String) -> String {
        """
        Simulated providers, for trying and for proofs. No real account is involved.

        A provider's host is the first part of the path:
          \(base)/graph.facebook.com/v25.0/me/accounts
          \(base)/oauth2.googleapis.com/token
          \(base)/open.tiktokapis.com/v2/oauth/token/
        The simulator's own addresses are below \(base)/_simulator; GET it for a list.

        Providers: \(ProviderName.allCases.map(\.rawValue).joined(separator: ", "))
        """
    }
}
