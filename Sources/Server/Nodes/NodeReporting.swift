import CredentialFormat
import Logging
import Persistence
import ServiceLifecycle
import Verification

/// Writes down what this node says of itself, again and again while the server runs, and takes it back when the server ends.
struct NodeReporting: Service, NamedPart {
    let node: ID<Node>
    let store: any Store
    /// Whether this process owns the database: whoever is written down there beside it has ended.
    let isAlone: Bool
    let logger: Logger
    let report: @Sendable () -> NodeReport

    var partName: String { "telling of this node" }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat { await tell() } while (try? await Task.sleep(for: .seconds(NodeCensus.seconds))) != nil
        }
        // In a task of its own: where others took too long to end, this one is cancelled. What stays is swept an hour later.
        await Task { try? await store.write { [node] tx in try tx.forget(node) } }.value
    }

    private func tell() async {
        do {
            try await store.write { [report, isAlone] tx in
                let report = report()
                if isAlone { try tx.forgetNodes(but: report.node) }
                try tx.note(report)
            }
        } catch is CancellationError {
            // The server ends.
        } catch let error as StoreError where error.isOutage {
            logger.debug("what this node says of itself waits", metadata: ["error": "\(error)"])
        } catch {
            logger.warning(
                "what this node says of itself was not written down, and is later", metadata: ["error": "\(error)"])
        }
    }
}
