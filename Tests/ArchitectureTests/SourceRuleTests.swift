import Testing

@Suite("Rules that every source file keeps")
struct SourceRuleTests {
    @Test(arguments: SourceFile.ours)
    func `nothing in it can trap on purpose or hide a race (law 15)`(_ file: SourceFile) {
        let forbidden = [
            "try!", "as!", "fatalError(", "preconditionFailure(", "assertionFailure(", "@unchecked Sendable",
            "nonisolated(unsafe)",
        ]
        // A lock is what the compiler cannot see through.
        let lock = file.path == "Sources/Locking/Lock.swift" ? ["@unchecked Sendable"] : []
        #expect(forbidden.filter(file.code.contains) == lock)
    }

    /// The thread sanitizer does not know Swift's `Mutex`, and takes what is behind one for a race.
    @Test(arguments: SourceFile.ours + SourceFile.beside)
    func `a lock is ours, which a build for a sanitizer replaces`(_ file: SourceFile) {
        // The lock itself, and this rule.
        guard file.path != "Sources/Locking/Lock.swift", file.name != "SourceRuleTests" else { return }
        #expect(!file.code.contains(/\b(?:Mutex|pthread_mutex_t|NIOLock|NIOLockedValueBox|NSLock|NSRecursiveLock)\b/))
    }

    /// Where a value of 128 bits is among the arguments that an asynchronous function takes on the stack, Swift 6.3 may lose two words
    /// of the stack (x86-64); `ID` and `IPAddress` say how else.
    @Test(arguments: SourceFile.ours)
    func `no value holds 128 bits in one, and no asynchronous function takes them`(_ file: SourceFile) {
        let stored = #/(?m)^\s*(?:package |private |fileprivate |public )*(?:let|var) \w+: U?Int128\??$/#
        #expect(!file.code.contains(stored))
        #expect(!file.code.contains(#/func [^{}]*\bU?Int128\b[^{}]*\basync\b/#))
    }

    /// Foundation's `Process` can crash where more than a thousand files are open; see `BoundedCommand`.
    @Test(arguments: SourceFile.ours + SourceFile.beside)
    func `no other program is started by Foundation's Process`(_ file: SourceFile) {
        #expect(!file.code.contains(/\bProcess\(\)/))
    }

    /// Where requests and connections have loops of their own, the pool of AsyncHTTPClient can end the process; see `HTTPClient+oneLoop.swift`.
    /// Calls that are passed on are no such requests: they have no delegate.
    @Test(arguments: SourceFile.ours)
    func `clients of HTTP live on one loop, but the one for calls that are passed on`(_ file: SourceFile) {
        let allowed = [
            "Sources/Outbound/HTTPClient+oneLoop.swift": 1, "Sources/Outbound/OutboundCall.swift": 1,
            "Sources/ClavigerVerifier/Verifier.swift": 1,
        ]
        #expect(file.code.matches(of: /\bHTTPClient\(/).count == allowed[file.path, default: 0])
    }

    @Test(arguments: SourceFile.ours)
    func `addresses of ours are put together in one place, which knows the path of the issuer`(_ file: SourceFile) {
        guard file.path != "Sources/Policy/PublicAddress.swift" else { return }
        #expect(!file.text.contains(#/\\\(issuer\)/|\bissuer \+ /#))
    }

    @Test(arguments: SourceFile.ours)
    func `SQL stands only in the tables, the migrations and the engines`(_ file: SourceFile) {
        let homes = [
            "Sources/Persistence/Tables/", "Sources/Persistence/Migrations/", "Sources/PersistenceSQLite/",
            "Sources/PersistencePostgres/",
        ]
        guard !homes.contains(where: file.path.hasPrefix) else { return }
        let statement = /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE|ALTER TABLE|DROP TABLE|PRAGMA)\s/
        #expect(file.literals.filter { $0.contains(statement) } == [])
    }

    @Test(arguments: SourceFile.ours)
    func `endpoints and pages have the database for their callers alone`(_ file: SourceFile) {
        let exceptions = [
            "Sources/HTTPAPI/ManagementAPI.swift", "Sources/WebConsole/ConsoleServices.swift",
            // Remembers organizations for all calls.
            "Sources/HTTPAPI/Me/KnownOrganizations.swift",
            // Asks for secrets of the operator's.
            "Sources/WebConsole/Routes/WebConsole+connecting.swift",
            // Gives a browser another session, before it is certain that there is one.
            "Sources/WebConsole/Routes/WebConsole+account.swift",
        ]
        guard ["HTTPAPI", "WebConsole"].contains(file.target), !exceptions.contains(file.path) else { return }
        #expect(!file.code.contains(/\b(any|some) (Store|Engine)\b|\bunconfined\b/))
    }

    /// Services that open transactions themselves; record 0040 says which are outside.
    @Test(arguments: [
        "Connect/ConnectionService+start", "Connect/ConnectionService+renewal", "Connect/ConnectionService+adoption",
        "Use/ConnectionUse",
    ])
    func `what is done to connections for a caller meets no rows but those of their account`(_ name: String) throws {
        let file = try SourceFile(path: "Sources/Connections/\(name).swift")
        // To Unicode a name with a dot in it is one word.
        #expect(!file.code.contains(/\bstore\.(read|write)\b/.wordBoundaryKind(.simple)))
        #expect(file.code.contains(/\bown\.(read|write)\b/.wordBoundaryKind(.simple)))
    }

    @Test(arguments: SourceFile.ours + SourceFile.beside)
    func `its name says what is in it`(_ file: SourceFile) {
        let empty: Set<String> = [
            "Base", "Common", "Helper", "Helpers", "Manager", "Misc", "Placeholder", "Util", "Utils", "Utilities",
        ]
        #expect(empty.intersection(file.words) == [])
    }

    @Test(arguments: SourceFile.ours)
    func `a type that others see says what it is`(_ file: SourceFile) {
        let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
        let declaration = /^\s*(?:package|public) (?:final |indirect )?(?:struct|class|enum|protocol|actor) (\w+)/
        for (index, line) in lines.enumerated() {
            guard let type = line.firstMatch(of: declaration)?.1 else { continue }
            let above = lines[..<index].last { !$0.contains(/^\s*@/) } ?? ""
            #expect(above.contains("///"), "\(type), line \(index + 1)")
        }
    }

    @Test(arguments: SourceFile.beside.filter { $0.path.hasPrefix("Tests/") })
    func `a test waits in one word`(_ file: SourceFile) {
        let homes = ["Eventually", "FinishedCommand", "CommandTests"]
        #expect(homes.contains(file.name) || !file.code.contains("Task.sleep("))
    }

    @Test(arguments: SourceFile.beside.filter { $0.path.hasPrefix("Tests/TestSupport/Stores/") })
    func `what tests of inner rooms need starts no process and opens no socket`(_ file: SourceFile) {
        let unwanted = /AsyncHTTPClient|HTTPServing|HTTPAPI|WebConsole|NIO.*|Subprocess/
        #expect(file.imports.filter { $0.wholeMatch(of: unwanted) != nil } == [])
    }

    @Test(arguments: SourceFile.beside.filter { $0.path.hasPrefix("Tests/") })
    func `tests are written with Swift Testing, the one runner that is started`(_ file: SourceFile) {
        #expect(!file.imports.contains("XCTest"))
    }
}
