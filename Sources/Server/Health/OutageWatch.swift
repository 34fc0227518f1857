import CredentialFormat
import Persistence
import ServiceLifecycle

/// While the database is lost or cannot be written to, tries once a second whether it is back, so that the end is told
/// also where nobody asks for anything.
struct OutageWatch: Service {
    private static let interval = Duration.seconds(1)

    let outages: Outages
    /// What tells them.
    let store: any Engine
    let node: ID<Node>

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in outages.beginnings {
                while outages[.database] != nil || outages[.writing] != nil {
                    guard (try? await Task.sleep(for: Self.interval)) != nil else { return }
                    await attempt()
                }
            }
        }
    }

    /// Reads a row, or writes one, which is always the same.
    private func attempt() async {
        if outages[.writing] == nil {
            _ = try? await store.read { tx in try tx.isFree(.trial, for: node) }
        } else {
            _ = try? await store.write { tx in try tx.claim(.trial, by: node, seconds: 0) }
        }
    }
}
