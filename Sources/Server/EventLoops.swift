import Foundation
import NIOCore
import NIOPosix

/// The event loops of the server: one for each processor that the process may use. What the machine has besides is not
/// ours, and two loops on one processor only take it from each other.
enum EventLoops {
    static let group = MultiThreadedEventLoopGroup(numberOfThreads: count)

    private static var count: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") }
        // A mask of bits in hexadecimal, with commas: "Cpus_allowed:	ff,ffffffff".
        let allowed = (line?.dropFirst("Cpus_allowed:".count) ?? "").reduce(0) { count, digit in
            count + (digit.hexDigitValue?.nonzeroBitCount ?? 0)
        }
        return allowed > 0 ? min(allowed, System.coreCount) : System.coreCount
    }
}
