/// Takes away uploads that nobody completed.
struct UploadSweeper: Sendable {
    let store: any Store
    let shelf: FileShelf
    /// Seconds that one may stay open.
    let lifetime: Int

    private static let batch = 100

    func sweep(at now: Timestamp) async throws {
        let (moment, most) = (now.advanced(by: -lifetime), Self.batch)
        let old = try await store.read(.upkeep) { try $0.uploads(openSinceBefore: moment, limit: most) }
        for id in old {
            let files = try await store.write(.upkeep) { transaction -> [String] in
                // It may have been completed meanwhile.
                guard try transaction.isOpen(upload: id) else { return [] }
                let files = try transaction.parts(of: id).map(\.file)
                try transaction.deleteUpload(id)
                return files
            }
            for file in files { shelf.remove(file) }
        }
    }
}
