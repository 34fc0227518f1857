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
            // A node comes to believe its memory a moment after it has started. What it says until then is soon said anew.
            var early = NodeCensus.seconds
            repeat {
                let isSettled = await tell()
                early = isSettled ? 0 : max(0, early - 1)
            } while (try? await Task.sleep(for: .seconds(early > 0 ? 1 : NodeCensus.seconds))) != nil
        }
        // In a task of its own: where others took too long to end, this one is cancelled. What stays is swept an hour later.
        await Task { try? await store.write { [node] tx in try tx.forget(node) } }.value
    }

    /// - Returns: Whether it was written down that this node believes its memory.
    private func tell() async -> Bool {
        let report = report()
        do {
            try await store.write { [isAlone] tx in
                if isAlone { try tx.forgetNodes(but: report.node) }
                try tx.note(report)
            }
            return report.feedAge != nil
        } catch is CancellationError {
            // The server ends.
        } catch let error as StoreError where error.isOutage {
            logger.debug("what this node says of itself waits", metadata: ["error": "\(error)"])
        } catch {
            logger.warning(
                "what this node says of itself was not written down, and is later", metadata: ["error": "\(error)"])
        }
        return false
    }
}
