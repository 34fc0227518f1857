import BoundedCommand
import Foundation
import TestSupport
import Testing

@Suite("Commands of the operator's")
struct BoundedCommandTests {
    private func shell(
        _ script: String, environment: [String: String]? = nil, limit: Duration = .seconds(600)
    ) -> BoundedCommand {
        BoundedCommand(
            path: "/bin/sh", arguments: ["-c", script], environment: environment, complaints: .dropped, limit: limit)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `a command reads what it is given, and what it prints comes back`() async throws {
        let input = Array(repeating: UInt8(ascii: "x"), count: 32 * 1024)
        #expect(try await shell("wc -c; echo end").run(giving: input, outputLimit: 100) == Array("32768\nend\n".utf8))
        #expect(try await shell("cat").run(outputLimit: 0) == [])
    }

    @Test func `a command that reads nothing of it is no fault`() async throws {
        let input = Array(repeating: UInt8(ascii: "x"), count: 32 * 1024)
        #expect(try await text(shell("exec 0<&-; echo done").run(giving: input, outputLimit: 100)) == "done\n")
    }

    @Test func `its environment is what it is given, or ours`() async throws {
        setenv("CLAVIGER_TEST_SECRET", "a secret", 1)
        let own = try await text(shell("/usr/bin/env", environment: ["ONE": "1"]).run(outputLimit: 10_000))
        #expect(own.contains("ONE=1\n") && !own.contains("a secret"))
        #expect(try await text(shell("/usr/bin/env").run(outputLimit: 1_000_000)).contains("a secret"))
    }

    @Test(arguments: [
        ("exit 3", BoundedCommandError.failed(status: 3)), ("kill -9 $$", .failed(status: 137)),
        ("yes", .tooMuchOutput),
    ])
    func `a command that fails, or says too much, is an error`(_ script: String, _ expected: BoundedCommandError)
        async throws
    {
        await #expect(throws: expected) { try await shell(script).run(outputLimit: 1000) }
    }

    @Test func `what cannot be started, or given to it, is an error`() async throws {
        let nothing = BoundedCommand(path: "/nowhere/command", arguments: [], complaints: .dropped, limit: .seconds(30))
        await #expect(throws: BoundedCommandError.notStarted) { try await nothing.run(outputLimit: 1) }
        await #expect(throws: BoundedCommandError.tooMuchInput) {
            try await shell("true").run(giving: Array(repeating: 0, count: 32 * 1024 + 1), outputLimit: 1)
        }
    }

    @Test(.endedIfItHangs, arguments: ["sleep 900", "sleep 900 & sleep 900", "exec >&-; sleep 900"])
    func `a command that does not end is ended, with all that it started`(_ script: String) async throws {
        try await withTemporaryFolder { folder in
            await #expect(throws: BoundedCommandError.tooSlow) {
                try await shell("cd \(folder); \(script)", limit: .milliseconds(300)).run(outputLimit: 100)
            }
            let isOver = try await eventually { !Self.processWorks(in: folder) }
            #expect(isOver)
        }
    }

    @Test(.endedIfItHangs) func `it is ended too when nobody waits for it any more`() async throws {
        try await withTemporaryFolder { folder in
            let command = shell("cd \(folder); sleep 900")
            let waiting = Task { try await command.run(outputLimit: 100) }
            let hasBegun = try await eventually { Self.processWorks(in: folder) }
            #expect(hasBegun)
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            let isOver = try await eventually { !Self.processWorks(in: folder) }
            #expect(isOver)
        }
    }

    @Test(.endedIfItHangs) func `what it leaves behind keeps nobody waiting`() async throws {
        #expect(try await text(shell("sleep 5 & echo done").run(outputLimit: 100)) == "done\n")
    }

    /// Foundation's `Process` reads beyond its memory where so many files are open.
    @Test func `it starts, and has none of our files open, while thousands are`() async throws {
        let files = try (0..<3000).map { _ in try FileHandle(forReadingFrom: URL(filePath: "/dev/null")) }
        let script = "i=3; while [ $i -lt 4000 ]; do [ ! -e /proc/$$/fd/$i ] || echo $i; i=$((i + 1)); done; echo end"
        for _ in 0..<5 {
            #expect(try await text(shell(script).run(outputLimit: 1000)) == "end\n")
        }
        for file in files { try file.close() }
    }

    /// Whether some process has `folder` as its working directory.
    private static func processWorks(in folder: String) -> Bool {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let real = URL(filePath: folder).resolvingSymlinksInPath().path
        return processes.contains { process in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd")) == real
        }
    }
}
