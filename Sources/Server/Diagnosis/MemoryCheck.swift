import Foundation

/// Whether what verification may remember fits into the memory that there is.
struct MemoryCheck {
    private let limit: MemoryLimit
    /// In MiB, nil where nobody says.
    private let available: Int?

    init(_ configuration: ServerConfiguration, available: Int? = Self.available()) {
        limit = configuration.memoryLimit
        self.available = available
    }

    func findings() -> [Finding] {
        let said = "verification remembers at most \(limit)"
        guard let available else { return [.fine("memory", said)] }
        let whole = "\(said) of \(available)MiB"
        // Beside it there is the server itself, and what the kernel keeps of the database.
        guard limit.mebibytes > available / 2 else { return [.fine("memory", whole)] }
        return [.warning("memory", "\(whole), which leaves little for all else; say less as memory-limit")]
    }

    /// What the machine has in MiB, or what the process's control group is allowed if that is less.
    private static func available() -> Int? {
        // "MemTotal:       24684092 kB"
        let machine = firstLine(of: "/proc/meminfo").flatMap { Int($0.filter(\.isWholeNumber)) }.map { $0 / 1024 }
        let group = firstLine(of: "/sys/fs/cgroup/memory.max").flatMap { Int($0) }.map { $0 >> 20 }
        return [machine, group].compactMap(\.self).min()
    }

    private static func firstLine(of path: String) -> Substring? {
        (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: "\n").first
    }
}
