import Foundation
import Glibc
import HTTPServing
import Measuring

/// What is told of this process, by the names that all exporters of Prometheus have for it.
enum ProcessMetrics {
    private static let page = Double(sysconf(Int32(_SC_PAGESIZE)))

    /// - Parameter start: When the process began, in seconds since 1970.
    static func all(since start: Double) -> [Metric] {
        [
            Metric("process_cpu_seconds_total", .counter, "How long the process has used processors.") {
                [.init(processorSeconds)]
            },
            Metric("process_resident_memory_bytes", .gauge, "How much memory it has at present.") {
                memory(at: 1).map { [.init($0)] } ?? []
            },
            Metric("process_virtual_memory_bytes", .gauge, "How much of its address space is in use.") {
                memory(at: 0).map { [.init($0)] } ?? []
            },
            Metric("process_open_fds", .gauge, "Files and sockets that it has open.") {
                openDescriptors.map { [.init(Double($0))] } ?? []
            },
            .gauge("process_max_fds", "Files and sockets that it may have open.") { Descriptors.limits.soft },
            Metric("process_start_time_seconds", .gauge, "When it began, in seconds since 1970.") { [.init(start)] },
        ]
    }

    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Pages as the kernel counts them: all, resident, shared and so on.
    private static func memory(at place: Int) -> Double? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let pages = text.split(separator: " ")
        return pages.indices.contains(place) ? Double(pages[place]).map { $0 * page } : nil
    }

    /// Counted without a list of their names: there may be a hundred thousand.
    private static var openDescriptors: Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        // The folder itself, its parent and the descriptor that it is read by.
        var count = -3
        while readdir(folder) != nil { count += 1 }
        return max(0, count)
    }
}
