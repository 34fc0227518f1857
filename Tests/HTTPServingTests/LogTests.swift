import CredentialFormat
import Foundation
import HTTPServing
import Logging
import Model
import Persistence
import TestSupport
import Testing

@Suite("The log")
struct LogTests {
    private static let hostile = [
        "a\nb", "a\r\nb", "a\" level=\"x", "a\",\"level\":\"error", "a b=c", "a=b", "\\", "\\\"", "\u{0}\u{1B}[31m",
        "é 🙂", "",
        "\u{7F}", "}\n{", "\u{B}\u{C}\u{85}",
    ]

    private static let node = ID<Node>(at: 0)

    @Test(arguments: hostile)
    func `no value begins another line or field in JSON`(_ value: String) async throws {
        let lines = try await written(.json) { log, logger in
            note(log, caller: value, rule: value)
            logger.info("\(value)", metadata: ["key": "\(value)"])
        }
        try #require(lines.count == 2)
        let request = try JSON(parsing: Array(lines[0].utf8)).members
        #expect(
            Set(request.keys) == [
                "time", "level", "message", "request_id", "method", "path", "status", "duration_us", "bytes",
                "protocol", "peer", "caller", "organization", "rule", "node",
            ])
        #expect(request["caller"] == .text(value))
        #expect(request["rule"] == .text(value))
        #expect(request["level"] == "info")
        let message = try JSON(parsing: Array(lines[1].utf8)).members
        #expect(Set(message.keys) == ["time", "level", "message", "label", "key"])
        #expect(message["message"] == .text(value))
        #expect(message["key"] == .text(value))
    }

    @Test(arguments: hostile)
    func `no value begins another line or field in text`(_ value: String) async throws {
        let lines = try await written(.text) { log, _ in note(log, caller: value, rule: "last") }
        try #require(lines.count == 1)
        let line = lines[0]
        #expect(line.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
        // Outside of quotes there is what a line without it has, and nothing else.
        #expect(
            Self.names(in: line) == [
                "request_id", "method", "path", "status", "duration_us", "bytes", "protocol", "peer", "caller",
                "organization", "rule", "node",
            ])
        #expect(line.hasSuffix(" rule=last node=\(Self.node)"))
    }

    @Test func `a line has the time, the level and what was noted`() async throws {
        let lines = try await written(.text) { log, _ in note(log, caller: "key_1", rule: nil) }
        #expect(
            lines == [
                "2026-09-21T14:13:20.123Z info request request_id=abc method=GET path=/verify status=200 duration_us=1234 bytes=56 protocol=spoe peer=192.0.2.1 caller=key_1 organization=org_1 node=\(Self.node)"
            ])
    }

    @Test func `below info no request is noted`() async throws {
        let lines = try await written(.text, level: .warning) { log, _ in note(log, caller: nil, rule: nil) }
        #expect(lines.isEmpty)
    }

    @Test func `lines come in their order, and closing writes all of them`() async throws {
        let count = 5000
        let lines = try await collected { sink in
            for number in 0..<count { sink.append { $0 += Array("\(number)".utf8) } }
        }
        #expect(lines == (0..<count).map(String.init))
    }

    @Test func `lines of many tasks are whole`() async throws {
        let lines = try await collected { sink in
            _ = await race(8) { number in
                for index in 0..<500 { sink.append { $0 += Array("\(number):\(index)".utf8) } }
            }
        }
        #expect(lines.count == 4000)
        for number in 0..<8 {
            #expect(lines.filter { $0.hasPrefix("\(number):") } == (0..<500).map { "\(number):\($0)" })
        }
    }

    @Test func `a sink that nobody empties is bounded, and says how many lines it left out`() throws {
        // A pipe takes 64 KiB, then its writer waits.
        let pipe = Pipe()
        let sink = LogSink(to: pipe.fileHandleForWriting)
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 999)
        let count = 10_000
        for _ in 0..<count { sink.append { $0 += line } }
        let reading = DispatchSemaphore(value: 0)
        nonisolated(unsafe) var read = Data()
        Thread.detachNewThread {
            read = (try? pipe.fileHandleForReading.readToEnd()) ?? Data()
            reading.signal()
        }
        sink.close()
        try pipe.fileHandleForWriting.close()
        reading.wait()
        let lines = String(decoding: read, as: UTF8.self).split(separator: "\n")
        let leftOut = try lines.filter { $0.hasPrefix("{\"left_out_lines\":") }.map { line in
            try JSON(parsing: Array(line.utf8))["left_out_lines"].integer
        }.reduce(0, +)
        let kept = lines.filter { $0.first == "x" }.count
        #expect(kept + leftOut == count)
        // What is being written, and what waits: a MiB each.
        #expect(kept <= 2 * (1 << 20) / 1000 + 100)
        #expect(leftOut > 0)
    }

    @Test func `a closed sink takes nothing, and is closed again without waiting`() async throws {
        let lines = try await collected { sink in
            sink.append { $0 += Array("a".utf8) }
            sink.close()
            sink.append { $0 += Array("b".utf8) }
        }
        #expect(lines == ["a"])
    }

    @Test func `a level that changes holds for the lines of requests and for all others at once`() async throws {
        let threshold = LogThreshold(.warning)
        let lines = try await written(.text, upon: threshold) { log, logger in
            logger.notice("before")
            note(log, caller: nil, rule: nil)
            threshold.level = .info
            logger.notice("after")
            note(log, caller: "key_1", rule: nil)
        }
        #expect(lines.count == 2)
        #expect(lines.first?.contains("after") == true && lines.last?.contains("key_1") == true, "\(lines)")
    }

    private func note(_ log: RequestLog, caller: String?, rule: String?) {
        var answered = AnsweredRequest(
            "abc", "GET", by: .spoe, path: "/verify", status: 200, at: Instant(milliseconds: 1_790_000_000_123))
        answered.nanoseconds = 1_234_567
        answered.bytes = 56
        answered.address = "192.0.2.1"
        answered.caller = caller
        answered.organization = caller == nil ? nil : "org_1"
        answered.rule = rule
        log.note(answered, to: "/verify")
    }

    private func written(
        _ format: LogFormat, level: Logger.Level = .info, _ body: (RequestLog, Logger) -> Void
    ) async throws -> [String] {
        try await written(format, upon: LogThreshold(level), body)
    }

    private func written(
        _ format: LogFormat, upon threshold: LogThreshold, _ body: (RequestLog, Logger) -> Void
    ) async throws -> [String] {
        try await collected { sink in
            let log = RequestLog(sink: sink, format: format, threshold: threshold, node: Self.node)
            let logger = Logger(label: "test") { label in
                SinkLogHandler(label: label, threshold: threshold, sink: sink, format: format, now: FixedClock().now)
            }
            body(log, logger)
        }
    }

    /// The lines that a sink wrote until it was closed.
    private func collected(_ body: (LogSink) async throws -> Void) async throws -> [String] {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            try Data().write(to: URL(fileURLWithPath: path))
            let output = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            let sink = LogSink(to: output)
            try await body(sink)
            sink.close()
            let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
            #expect(text.isEmpty || text.hasSuffix("\n"))
            return text.utf8.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// The names before the equals signs that stand outside of quotes.
    private static func names(in line: String) -> [String] {
        var names: [String] = []
        var word: [UInt8] = []
        var isQuoted = false
        var isEscaped = false
        for byte in line.utf8 {
            switch byte {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\") where isQuoted: isEscaped = true
            case UInt8(ascii: "\""): isQuoted.toggle()
            case _ where isQuoted: break
            case UInt8(ascii: " "): word = []
            case UInt8(ascii: "="): names.append(String(decoding: word, as: UTF8.self))
            default: word.append(byte)
            }
        }
        return names
    }
}
