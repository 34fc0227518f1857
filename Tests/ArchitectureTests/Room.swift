/// A target under `Sources` and what its files may import (ARCHITECTURE.md has the picture).
struct Room: Sendable {
    let name: String
    /// The rooms that it leans on. What those may import of ours comes with them.
    let rooms: Set<String>
    /// What it may import that is not ours. This does not come with an arrow: each room answers for itself.
    let libraries: Set<String>

    init(_ name: String, _ rooms: Set<String> = [], libraries: Set<String> = []) {
        self.name = name
        self.rooms = rooms
        self.libraries = libraries
    }

    /// From the inside out. A room leans only on rooms above it here.
    static let all: [Room] = [
        // 1 Formats and rules: no I/O, no clock, no Foundation.
        Room("CredentialFormat", libraries: ["Crypto"]),
        Room("TextForms"),
        Room("Policy", ["TextForms"]),
        // Logs that anyone can check.
        Room("MerkleLog", ["TextForms"], libraries: ["Crypto"]),
        // The one inner room with Foundation, whose tables it is about. Only a domain outside ASCII comes there.
        Room("DomainNames", libraries: ["Foundation"]),
        // Rates and quotas.
        Room("Limits"),
        Room("Locking", libraries: ["Glibc", "Synchronization"]),
        // What is counted, and its text.
        Room("CProcessors"),
        Room("Measuring", ["CProcessors"], libraries: ["Glibc", "Synchronization"]),
        // How pages are laid out.
        Room("Templating", ["Locking"]),
        // How operators' files are read.
        Room("DefinitionFile", libraries: ["FoundationEssentials", "Yams"]),
        // 2 Values.
        Room("Model", ["CredentialFormat", "Policy", "DomainNames"]),
        Room(
            "ProductDefinition", ["Model", "DefinitionFile", "Limits"],
            libraries: ["Foundation", "FoundationEssentials"]),
        Room("ProviderDefinition", ["Model", "DefinitionFile"], libraries: ["Crypto", "FoundationEssentials"]),
        // 3 The door, and the engines behind it.
        Room("Persistence", ["Model", "Locking", "Measuring"], libraries: ["Dispatch", "Synchronization"]),
        Room(
            "PersistenceSQLite", ["Persistence"],
            libraries: ["Dispatch", "Foundation", "GRDB", "GRDBSQLite", "Glibc", "Synchronization"]),
        Room("CLibPQ"),
        Room(
            "PersistencePostgres", ["Persistence", "CLibPQ"],
            libraries: ["Dispatch", "Foundation", "Glibc", "Synchronization"]),
        // 4 The product.
        Room("Events", ["Persistence", "MerkleLog"], libraries: ["FoundationEssentials"]),
        Room("Organizations", ["Events", "ProductDefinition"]),
        Room("Credentials", ["Events", "ProductDefinition"]),
        Room("BoundedCommand", libraries: ["Subprocess", "SystemPackage"]),
        Room("CArgon2"),
        Room(
            "Tokens", ["Persistence"],
            libraries: ["Crypto", "CryptoExtras", "FoundationEssentials", "Glibc", "Synchronization"]),
        Room(
            "SignIn", ["Organizations", "Tokens", "BoundedCommand", "CArgon2"],
            libraries: ["Crypto", "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Synchronization"]),
        Room(
            "Connections", ["Credentials", "Tokens", "ProviderDefinition"],
            libraries: [
                "Crypto", "FoundationEssentials", "Glibc", "JWTKit", "Logging", "ServiceLifecycle", "Synchronization",
            ]),
        Room(
            "Notices", ["Events", "ProductDefinition", "Templating", "Tokens"],
            libraries: ["Crypto", "Logging", "ServiceLifecycle"]),
        Room(
            "Verification", ["Tokens", "Credentials", "Organizations"],
            libraries: ["Crypto", "Dispatch", "Glibc", "Logging", "ServiceLifecycle", "Synchronization"]),
        Room("OAuth", ["Verification"], libraries: ["Crypto"]),
        // 5 The outside.
        Room(
            "HTTPServing", ["Verification", "OAuth", "Connections"],
            libraries: http.union(["Glibc", "NIOHPACK", "NIOHTTP2"])),
        Room(
            "Outbound", ["ProviderDefinition", "Locking"],
            libraries: ["AsyncHTTPClient", "Glibc", "NIOCore", "NIOHTTP1", "NIOPosix", "ServiceLifecycle"]),
        Room("COpenAPI"),
        Room(
            "HTTPAPI", ["HTTPServing", "SignIn", "Connections", "Notices", "COpenAPI"], libraries: http.union(["Yams"])),
        Room(
            "WebConsole", ["HTTPServing", "SignIn", "Connections", "Notices", "Templating"],
            libraries: http.union(["Crypto"])),
        // What backends of others build into themselves: of ours it sees two leaves, and nothing of ours sees it.
        Room(
            "ClavigerVerifier", ["TextForms", "Locking"],
            libraries: [
                "AsyncHTTPClient", "Crypto", "Darwin", "Glibc", "Logging", "Musl", "NIOCore", "NIOHTTP1",
                "Synchronization",
            ]),
        Room("ClavigerVerifierHummingbird", ["ClavigerVerifier"], libraries: ["HTTPTypes", "Hummingbird"]),
        // 6 The whole.
        Room("CMalloc"),
        Room(
            "Server",
            [
                "HTTPAPI", "WebConsole", "Connections", "Notices", "Outbound", "PersistenceSQLite",
                "PersistencePostgres", "ProviderDefinition", "CMalloc",
            ],
            libraries: http.union([
                "ArgumentParser", "Configuration", "CoreMetrics", "Crypto", "Dispatch", "Glibc", "NIOExtras", "NIOSSL",
                "NIOTLS", "Tracing", "UnixSignals",
            ])),
    ]

    private static let http: Set<String> = [
        "Foundation", "FoundationEssentials", "HTTPTypes", "Hummingbird", "HummingbirdCore", "Logging", "NIOCore",
        "NIOHTTP1", "NIOHTTPTypes", "NIOHTTPTypesHTTP1", "NIOPosix", "ServiceLifecycle", "Synchronization",
    ]

    static func named(_ name: String) -> Room? {
        all.first { $0.name == name }
    }

    /// Every module that its files may import.
    var mayImport: Set<String> {
        libraries.union(reach).union(["Swift"])
    }

    /// The rooms that it sees: those it leans on, and those that these see.
    private var reach: Set<String> {
        rooms.reduce(into: rooms) { seen, name in
            seen.formUnion(Room.named(name)?.reach ?? [])
        }
    }
}
