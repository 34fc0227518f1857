import CredentialFormat
import Logging
import Persistence
import ServiceLifecycle
import Tokens

/// Has the other nodes, and who changes the master key, know which master keys this node was given, and that it has opened the key ring
/// under the one in force: before it serves, every few seconds where that has become another, and often enough not to be taken for
/// gone. A change goes on only when all nodes have said so.
struct MasterKeyHolding: Service {
    /// From one look to the next, in seconds.
    private static let interval = 5
    /// After so many looks a node among others says it again, whatever it was.
    private static let looks = 4

    let store: any Store
    let node: ID<Node>
    /// Whether no other node can be there.
    let isAlone: Bool
    let masterKeys: MasterKeys
    let keyRing: KeyRing
    let logger: Logger

    /// Says so for the first time.
    ///
    /// - Throws: `CustodyError.notGiven` where the one in force is none of them, with which nothing is written: from this transaction on
    ///   no change can pass over this node. A `StoreError`.
    func begin() async throws {
        try await store.write { [node, isAlone, masterKeys] tx in
            try masterKeys.check(tx)
            if isAlone { try tx.forgetMasterKeys(ofAllBut: node) }
            let opened = try Self.opened(tx, by: masterKeys)
            try tx.note(masterKeys: masterKeys.names, opened: opened ?? "", of: node)
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var (said, age, lacking) = (String?.none, 0, String?.none)
            while (try? await Task.sleep(for: .seconds(Self.interval))) != nil {
                age += 1
                do {
                    let opened = try await look(telling: &lacking)
                    guard opened != said || (age >= Self.looks && !isAlone) else { continue }
                    try await store.write { [node, masterKeys] tx in
                        try tx.note(masterKeys: masterKeys.names, opened: opened, of: node)
                    }
                    (said, age) = (opened, 0)
                } catch {
                    logger.debug("which master keys this node has was not said", metadata: ["error": "\(error)"])
                }
            }
        }
        // In a task of its own: where others took too long to end, this one is cancelled.
        await Task { try? await store.write { [node] tx in try tx.forgetMasterKeys(of: node) } }.value
    }

    /// - Returns: The name of the one in force, if the ring was read and opens under it, else nothing.
    private func look(telling lacking: inout String?) async throws -> String {
        let (inForce, opened) = try await store.read { [masterKeys] tx in
            (try tx.masterKeyInForce(), try Self.opened(tx, by: masterKeys))
        }
        if let inForce, masterKeys.named(inForce) == nil {
            if lacking != inForce {
                let text = "this node was not given the master key in force: give it to it and start it again"
                logger.error("\(text)", metadata: ["master_key": "\(inForce)"])
            }
            lacking = inForce
            return ""
        }
        lacking = nil
        guard let opened else { return "" }
        // What the database has now is also what is used here.
        _ = try await keyRing.readKeys()
        return opened
    }

    private static func opened(_ tx: borrowing Transaction, by masterKeys: MasterKeys) throws -> String? {
        guard let name = try tx.masterKeyInForce(), let key = masterKeys.named(name) else { return nil }
        return KeyRing.isSealed(try tx.keyRingRows(), under: key) ? name : nil
    }
}
