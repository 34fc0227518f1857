/// Takes away files that belong to nothing: a server that died in the middle of a part or an export has left them.
struct ShelfSweeper: Sendable {
    let store: any Store
    let shelf: FileShelf

    /// Seconds for which nobody has written to a file that may be one of these. No part and no page of an export takes that long.
    private static let age = 86_400
    private static let batch = 500

    func sweep(at now: Timestamp) async throws {
        let names = try shelf.names(untouchedSince: now.advanced(by: -Self.age))
        guard !names.isEmpty else { return }
        let exported = Set(try await store.read(.upkeep) { try $0.exportFiles() })
        let others = names.filter { !exported.contains($0) }
        for start in stride(from: 0, to: others.count, by: Self.batch) {
            let some = Array(others[start..<min(start + Self.batch, others.count)])
            let kept = Set(try await store.read(.upkeep) { try $0.partFiles(among: some) })
            for name in some where !kept.contains(name) { shelf.remove(name) }
        }
    }
}
