import Foundation

/// Says on standard error how far long work is, every few seconds.
struct ProgressNotes {
    private static let seconds = 5

    let work: String
    /// In bytes; what is more than that is said as it is.
    let total: Int

    /// Does `work`, which may block.
    ///
    /// - Parameter done: How many bytes there are so far.
    func during<R>(_ done: @escaping @Sendable () -> Int, _ work: () throws -> R) rethrows -> R {
        let (name, total) = (self.work, total)
        let notes = Task.detached {
            while true {
                try await Task.sleep(for: .seconds(Self.seconds))
                let text = "\(name): \(Self.text(of: done())) of about \(Self.text(of: total))\n"
                FileHandle.standardError.write(Data(text.utf8))
            }
        }
        defer { notes.cancel() }
        return try work()
    }

    static func text(of bytes: Int) -> String {
        let mebibytes = bytes / (1 << 20)
        return mebibytes == 0 ? "\(bytes / 1024) KiB" : "\(mebibytes) MiB"
    }
}
