package import Foundation
import Locking
package import Measuring

/// Where log lines go: collected in memory and written by a thread of its own, so that no request waits for a terminal
/// or a pipe.
///
/// Bounded (law 7): when the reader of the log is slower than its writers, lines are left out and their number is said.
package final class LogSink: Sendable {
    private struct State {
        var lines: [UInt8] = []
        var leftOut = 0
        var isClosed = false
    }

    private static let capacity = 1 << 20
    /// Lines that come within it are written at once.
    private static let pause: TimeInterval = 0.05

    private let state = Lock(State())
    private let arrival = DispatchSemaphore(value: 0)
    private let isWritten = DispatchSemaphore(value: 0)
    private let output: FileHandle
    private let lost = Counter()

    /// A sink that writes to `output`, until it is closed.
    package init(to output: FileHandle = .standardError) {
        self.output = output
        Thread.detachNewThread { [self] in run() }
    }

    /// Takes a line, which `write` appends without its end.
    package func append(_ write: (inout [UInt8]) -> Void) {
        let wakes = state.withLock { state in
            guard !state.isClosed, state.lines.count < Self.capacity else {
                state.leftOut += 1
                lost.add()
                return false
            }
            let wasEmpty = state.lines.isEmpty
            write(&state.lines)
            state.lines.append(UInt8(ascii: "\n"))
            return wasEmpty
        }
        if wakes { arrival.signal() }
    }

    /// How many lines were left out.
    package var metric: Metric {
        lost.metric(
            "claviger_log_lines_left_out_total",
            "Lines of the log that were left out because they were read too slowly.")
    }

    /// Writes what is left and ends the thread.
    package func close() {
        let wasOpen = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        guard wasOpen else { return }
        arrival.signal()
        isWritten.wait()
    }

    private func run() {
        var isClosed = false
        while !isClosed {
            arrival.wait()
            if !state.withLock(\.isClosed) { Thread.sleep(forTimeInterval: Self.pause) }
            let (lines, leftOut, closed) = state.withLock { state in
                defer { state.leftOut = 0 }
                var lines: [UInt8] = []
                swap(&lines, &state.lines)
                return (lines, state.leftOut, state.isClosed)
            }
            isClosed = closed
            var bytes = lines
            if leftOut > 0 { bytes.append(contentsOf: "{\"left_out_lines\":\(leftOut)}\n".utf8) }
            // A log that cannot be written must not stop the service.
            if !bytes.isEmpty { try? output.write(contentsOf: Data(bytes)) }
        }
        isWritten.signal()
    }
}
