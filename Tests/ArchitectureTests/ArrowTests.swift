import Testing

@Suite("The arrows between the rooms")
struct ArrowTests {
    @Test(arguments: SourceFile.ours)
    func `a file imports only what its room may see`(_ file: SourceFile) throws {
        let room = try #require(Room.named(file.target), "the table has no row for \(file.target)")
        #expect(file.imports.subtracting(room.mayImport) == [])
    }

    @Test func `a room leans only on rooms further in`() {
        var inner: Set<String> = []
        for room in Room.all {
            #expect(room.rooms.subtracting(inner) == [], "\(room.name) looks outward")
            inner.insert(room.name)
        }
    }

    @Test(arguments: [
        ("GRDB", ["PersistenceSQLite"]),
        ("GRDBSQLite", ["PersistenceSQLite"]),
        ("CLibPQ", ["PersistencePostgres"]),
        ("CArgon2", ["SignIn"]),
        ("COpenAPI", ["HTTPAPI"]),
        ("CMalloc", ["Server"]),
        ("CProcessors", ["Measuring"]),
        ("CoreMetrics", ["Server"]),
        ("Tracing", ["Server"]),
        ("Yams", ["DefinitionFile", "HTTPAPI"]),
        ("ArgumentParser", ["Server"]),
        ("Templating", ["Notices", "WebConsole"]),
        ("Hummingbird", ["HTTPServing", "HTTPAPI", "WebConsole", "Server", "ClavigerVerifierHummingbird"]),
        ("NIOCore", ["HTTPServing", "HTTPAPI", "Outbound", "WebConsole", "Server", "ClavigerVerifier"]),
        ("NIOHTTP2", ["HTTPServing"]),
        ("NIOSSL", ["Server"]),
        ("AsyncHTTPClient", ["Outbound", "ClavigerVerifier"]),
        ("JWTKit", ["Connections"]),
        ("PersistenceSQLite", ["Server"]),
        ("PersistencePostgres", ["Server"]),
    ])
    func `a library is imported only where it ends`(_ library: String, _ rooms: [String]) {
        let users = SourceFile.ours.filter { $0.imports.contains(library) && !rooms.contains($0.target) }
        #expect(users.map(\.path) == [])
    }

    @Test func `the simulated providers see nothing of ours but text forms and the lock`() {
        let rooms = Set(Room.all.map(\.name)).subtracting(["TextForms", "Locking"])
        for file in SourceFile.beside where file.path.hasPrefix("Examples/ProviderSimulator/") {
            #expect(file.imports.intersection(rooms) == [], "\(file.path)")
        }
    }

    @Test func `nothing of ours sees what backends of others build into themselves`() {
        for room in Room.all where room.name != "ClavigerVerifierHummingbird" {
            #expect(!room.rooms.contains("ClavigerVerifier"), "\(room.name)")
        }
    }

    /// What it is built on is what any backend is offered.
    @Test func `the carbon data API sees nothing of ours but the library for backends and the way to libpq`() {
        let rooms = Set(Room.all.map(\.name)).subtracting(["CLibPQ", "ClavigerVerifier"])
        let files = SourceFile.beside.filter { $0.path.hasPrefix("Examples/CarbonAPI/") }
        #expect(!files.isEmpty)
        for file in files { #expect(file.imports.intersection(rooms) == [], "\(file.path)") }
    }

    @Test(arguments: [
        "CredentialFormat", "TextForms", "Policy", "Locking", "Templating", "Model", "Persistence", "Verification",
        "OAuth",
    ])
    func `the inner rooms and the hot path do without Foundation and HTTP`(_ room: String) {
        let unwanted = /Foundation.*|Hummingbird.*|NIO.*|HTTP.*/
        for file in SourceFile.ours where file.target == room {
            #expect(file.imports.filter { $0.wholeMatch(of: unwanted) != nil } == [], "\(file.path)")
        }
    }

    @Test func `the manifest, the folders and the table name the same rooms`() throws {
        let rooms = Set(Room.all.map(\.name))
        #expect(Set(try Repository.names(in: "Sources")) == rooms)
        #expect(Set(try Manifest().sourceTargets) == rooms)
    }

    @Test(arguments: Room.all.map(\.name))
    func `the manifest draws the arrows of the table`(_ name: String) throws {
        let room = try #require(Room.named(name))
        let declared = try #require(try Manifest().dependencies[name])
        #expect(declared == room.rooms)
    }

    @Test func `every file was read`() {
        #expect(SourceFile.ours.count == Repository.swiftFiles(under: "Sources").count)
        #expect(SourceFile.ours.count > 100)
        #expect(SourceFile.beside.count > 20)
    }
}
