import ArgumentParser
import Foundation
import Logging
import Persistence
import ServiceLifecycle
import TestSupport
import Testing

@testable import Server

/// How a server starts and ends, and what it tells of that, with real processes.
@Suite("Starting and ending")
struct LifecycleTests {
    private static let flags = ["--log-format", "json", "--log-level", "notice"]

    /// Makes listening sockets for the addresses of the command line that stands behind it, and becomes that command with them.
    private static let parent = """
        import os, socket, sys
        command, names = sys.argv[1:], []
        for name in ["metrics", "listen"]:
            host, port = command[command.index("--" + name) + 1].split(":")
            listening = socket.create_server((host, int(port)))
            os.dup2(listening.fileno(), 100 + len(names))
            names.append(name)
        for number in range(len(names)):
            os.dup2(100 + number, 3 + number)
            os.close(100 + number)
        os.environ.update(LISTEN_FDS=str(len(names)), LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES=":".join(names))
        os.execv(command[0], command)
        """

    @Test(.endedIfItHangs)
    func `a server that is told to end says so and serves on, and ends at once when it is told again`() async throws {
        try await ServerProcess.withDemo(arguments: Self.flags + ["--drain-seconds", "300"]) { server, demo in
            #expect(try await server.get("/readyz").status == 200)
            server.signal(SIGTERM)
            try await becomes("it says that it drains") { try await server.get("/readyz").status == 503 }
            #expect(try await server.get("/readyz").text.contains("draining"))
            #expect(try await server.verify(demo.apiKey).status == 200)
            #expect(try await server.get("/api/v1/me", bearer: demo.operatorKey).status == 200)
            #expect(try await server.get("/healthz").status == 200)
            server.signal(SIGTERM)
            #expect(try await server.end() == 0)
            let told = server.lines("the server was told to end")
            #expect(told.count == 1 && told.first?.contains("SIGTERM") == true, "\(server.log)")
            #expect(told.first?.contains(#""drain_seconds":"300""#) == true)
            #expect(server.lines("the server has ended").count == 1)
        }
    }

    /// Calls a port, each time on a connection of its own, until every thread is refused one; tells the process to end once it was answered
    /// a hundred times. Prints whether it was, how often it was refused, and how often it was let in without an answer.
    private static let callers = #"""
        import os, signal, socket, sys, threading
        seen, told = [], threading.Lock()
        def call():
            while True:
                connection = socket.socket()
                try:
                    connection.connect(("127.0.0.1", int(sys.argv[1])))
                except OSError:
                    seen.append("refused")
                    return
                try:
                    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                    seen.append("answered" if connection.recv(12) == b"HTTP/1.1 200" else "lost")
                except OSError:
                    seen.append("lost")
                connection.close()
                if len(seen) >= 100 and told.acquire(blocking=False):
                    os.kill(int(sys.argv[2]), signal.SIGTERM)
        threads = [threading.Thread(target=call) for _ in range(16)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        print(seen.count("answered") >= 100, seen.count("refused"), seen.count("lost"))
        """#

    @Test(.endedIfItHangs)
    func `who was let in before a server closes is answered, and everybody else is refused`() async throws {
        try await ServerProcess.withDemo(arguments: Self.flags + ["--drain-seconds", "1"]) { server, _ in
            let result = try await FinishedCommand.python(
                ["-c", Self.callers, "\(server.port)", "\(server.identifier)"])
            #expect(try await server.end() == 0)
            #expect(result.output == "True 16 0\n", "\(result.text)")
        }
    }

    @Test(.endedIfItHangs)
    func `a service manager is told how the server fares, and its sockets are answered at`() async throws {
        let folder = try Folder()
        let manager = try NotifySocket(folder.path + "/notify")
        let metrics = try FreePort.find()
        let server = try await ServerProcess(
            command: "demo", arguments: Self.flags + ["--metrics", "127.0.0.1:\(metrics)"],
            environment: ["NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "400000"],
            parent: ["/usr/bin/env", "python3", "-c", Self.parent])
        defer { server.kill() }
        try await server.start()
        let demo = try server.credentials()
        func count(_ word: String) -> Int {
            manager.messages.count { $0.split(separator: "\n").contains(Substring(word)) }
        }
        try await becomes("it is ready") { count("READY=1") == 1 }
        #expect(try await server.verify(demo.apiKey).status == 200)
        #expect(try await Front(base: "http://127.0.0.1:\(metrics)").get("/metrics").status == 200)
        try await becomes("it says at which sockets it starts") {
            server.lines("the server starts").first?.contains("listen,metrics") == true
        }
        try await becomes("it is alive") { count("WATCHDOG=1") > 2 }
        server.signal(SIGHUP)
        try await becomes("it has read its settings again") { count("READY=1") == 2 }
        let reloading = try #require(manager.messages.first { $0.contains("RELOADING=1") })
        #expect(reloading.contains(/\nMONOTONIC_USEC=[1-9]\d+\n/))
        #expect(count("STOPPING=1") == 0)
        #expect(try await server.stop() == 0)
        #expect(count("STOPPING=1") == 1)
    }

    @Test func `an abstract socket of a service manager is told, and a watchdog that is another process's is not fed`()
        throws
    {
        let manager = try NotifySocket("@claviger-\(UUID().uuidString)")
        let variables = ["NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "7"]
        Supervisor(variables, process: 7).say(.watchdog)
        #expect(manager.messages == ["WATCHDOG=1"])
        #expect(Supervisor(variables, process: 7).watchdogInterval == .seconds(3))
        #expect(Supervisor(variables, process: 8).watchdogInterval == nil)
        #expect(!Supervisor([:]).isThere && !Supervisor(["NOTIFY_SOCKET": "vsock:2:1"]).isThere)
    }

    @Test func `sockets for another process are none, and one that says nothing to us stops the start`() throws {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/dev/null"))
        func sockets(_ names: String, count: Int = 1, for process: String = "7") throws -> PassedSockets {
            try PassedSockets(
                ["LISTEN_PID": process, "LISTEN_FDS": "\(count)", "LISTEN_FDNAMES": names], process: 7,
                from: file.fileDescriptor)
        }
        #expect(try sockets("listen", for: "8").names == [])
        #expect(throws: CommandError.self) { try sockets("listen:other", count: 2) }
        let error = #expect(throws: CommandError.self) { try sockets("tls-listen") }
        #expect(error?.description.contains("no stream socket that listens") == true)
    }

    @Test(.endedIfItHangs)
    func `a server that cannot listen says where, and that nothing of the settings is wrong`() async throws {
        let folder = try Folder()
        let database = try await ServerDatabase.make(in: folder)
        let taken = try SwallowingPort()
        let run = try await database.claviger(["demo", "--listen", "127.0.0.1:\(taken.number)"] + Self.flags)
        #expect(run.status == ExitStatus.partFailed.rawValue, "\(run.text)")
        #expect(run.errors.contains("a part of the server has failed"))
        #expect(run.errors.contains("127.0.0.1:\(taken.number)") && run.errors.contains("in use"), "\(run.errors)")
    }

    @Test(.endedIfItHangs)
    func `a start waits for a database that is away, and not for one that is not there`() async throws {
        let database = try await ServerDatabase.make(on: .postgres, in: Folder())
        let development = ["--environment", "development"]
        let setUp = try await database.claviger(
            ["init", "--account", "A", "--admin-email", "a@example.com"] + development)
        #expect(setUp.status == 0, "\(setUp.text)")
        try await database.postgres?.takeConnections(false)
        let server = try await ServerProcess(command: "serve", on: database, arguments: Self.flags + development)
        defer { server.kill() }
        async let start: Void = server.start()
        try await becomes("it says that it waits") {
            server.lines("the database is not reached; the start waits").count == 1
        }
        try await database.postgres?.takeConnections(true)
        try await start
        try await becomes("it says that it starts") { !server.lines("the server starts").isEmpty }
        let begun = try #require(server.lines("the server starts").first)
        for told in [
            "\"version\":\"\(ClavigerVersion.current)\"", server.base, "postgres://", "\"product\":\"Claviger\"",
        ] {
            #expect(begun.contains(told), "\(begun)")
        }
        #expect(try await server.stop() == 0)

        let uri = try #require(database.environment["CLAVIGER_DATABASE"])
        let other = try await FinishedCommand.claviger(
            ["serve"] + development, environment: ["CLAVIGER_DATABASE": uri + "_none"], in: database.folder.path)
        #expect(other.status == ExitStatus.misconfigured.rawValue, "\(other.text)")
        #expect(other.errors.contains("does not let us in") && !other.errors.contains("waits"), "\(other.errors)")
    }

    /// As the first process of a container, to which the kernel gives no signal that it has no action of its own for.
    @Test(.enabled("needs a process namespace of its own") { await Self.hasNamespaces }, .endedIfItHangs)
    func `the first process of a container is ended while it waits for its database`() async throws {
        let database = try await ServerDatabase.make(on: .postgres, in: Folder())
        try await database.postgres?.takeConnections(false)
        let server = try await ServerProcess(
            command: "serve", on: database, arguments: Self.flags + ["--environment", "development"],
            parent: Self.namespace)
        defer { server.kill() }
        let start = Task { try await server.start() }
        try await becomes("it says that it waits") {
            server.lines("the database is not reached; the start waits").count == 1
        }
        let children = try String(
            contentsOfFile: "/proc/\(server.identifier)/task/\(server.identifier)/children", encoding: .utf8)
        let first = try #require(children.split(separator: " ").first.flatMap { Int32($0) })
        #expect(kill(first, SIGTERM) == 0)
        await #expect(throws: ServerFailure.self) { try await start.value }
        #expect(try await server.end() == 128 + SIGTERM)
    }

    private static let namespace = ["/usr/bin/unshare", "--pid", "--fork", "--kill-child"]

    private static var hasNamespaces: Bool {
        get async {
            (try? await BackgroundProcess(namespace[0], Array(namespace.dropFirst()) + ["true"]).status()) == 0
        }
    }

    @Test func `a start does not wait for ever, and says what it waits for`() async throws {
        var said: [String] = []
        var wait = DatabaseWait(
            place: "postgres://db/claviger", limit: .seconds(3600), pause: .milliseconds(1),
            interval: .zero
        ) { message, details in
            said.append(message)
            #expect(details["error"] == "nobody answers")
        }
        await #expect(throws: NotInitialized.self) {
            try await wait.run {
                guard said.count == 2 else { throw StoreError.unavailable("nobody answers") }
                throw NotInitialized()
            }
        }
        #expect(said == ["the database is not reached; the start waits", "the database is still not reached"])
        // What there is no time left for is not waited for.
        wait.limit = .seconds(1)
        wait.pause = .seconds(3600)
        let error = await #expect(throws: DatabaseAway.self) {
            try await wait.run { throw StoreError.unavailable("nobody answers") }
        }
        #expect(said.count == 2)
        #expect(error?.description.contains("postgres://db/claviger") == true)
        #expect(error.flatMap(ExitStatus.init(of:)) == .databaseAway)
    }

    @Test func `a part that is cancelled at the end of a server has not failed, and one that fails before has`()
        async throws
    {
        struct Part: Service {
            let waits: Bool

            func run() async throws {
                if waits {
                    let (nothing, held) = AsyncStream.makeStream(of: Void.self)
                    for await _ in nothing {}
                    held.finish()
                }
                throw NotInitialized()
            }
        }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let cancelled = Task { try await ServerPart(service: Part(waits: true), logger: logger).run() }
        cancelled.cancel()
        try await cancelled.value
        await #expect(throws: PartFailure.self) {
            try await ServerPart(service: Part(waits: false), logger: logger).run()
        }
    }

    @Test func `every exit status is in the documents and in the help`() async throws {
        let text = try WorkTree.text(of: "docs/operating-process.md")
        let documented = text.matches(of: /(?m)^\| (\d+) \|/).compactMap { Int32($0.1) }
        #expect(documented == ExitStatus.allCases.map(\.rawValue))
        let help = Claviger.helpMessage(columns: 10_000)
        for status in ExitStatus.allCases { #expect(help.contains(status.meaning)) }
    }
}
