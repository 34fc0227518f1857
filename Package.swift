// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "claviger",
    products: [
        .executable(name: "claviger", targets: ["Server"]),
        .library(name: "ClavigerVerifier", targets: ["ClavigerVerifier"]),
        .library(name: "ClavigerVerifierHummingbird", targets: ["ClavigerVerifierHummingbird"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/vapor/jwt-kit.git", from: "5.7.1"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.3"),
        // Older ones can be crashed by a request with many headers (GHSA-cq87-8r7h-962v).
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        // Older ones do not bound resets, control frames and errors of one connection.
        .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        // Foundation's Process reads past the end of a directory's entries where very many files are open.
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.2"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.1"),
    ],
    targets: formats + values + theDoor + theProduct + theOutside + theWhole + forBackends + beside + tests
)

// Each rung may use those above it in this file, never those below. ARCHITECTURE.md draws the picture.

var formats: [Target] {
    [
        .target(name: "CredentialFormat", dependencies: [crypto]),
        .target(name: "Policy", dependencies: ["TextForms"]),
        .target(name: "TextForms"),
        .target(name: "MerkleLog", dependencies: ["TextForms", crypto]),
        .target(name: "DomainNames"),
        .target(name: "Limits"),
        .target(name: "Locking"),
        .target(name: "Measuring", dependencies: ["CProcessors"]),
        .systemLibrary(name: "CProcessors"),
        .target(name: "Templating", dependencies: ["Locking"]),
        .target(name: "DefinitionFile", dependencies: [.product(name: "Yams", package: "Yams")]),
    ]
}

var values: [Target] {
    [
        .target(name: "Model", dependencies: ["CredentialFormat", "Policy", "DomainNames"]),
        .target(
            name: "ProductDefinition", dependencies: ["Model", "DefinitionFile", "Limits"],
            resources: [.embedInCode("product.schema.json")]),
        .target(
            name: "ProviderDefinition", dependencies: ["Model", "DefinitionFile", crypto],
            resources: [.embedInCode("provider.schema.json"), .embedInCode("Providers")]),
    ]
}

var theDoor: [Target] {
    [
        .target(name: "Persistence", dependencies: ["Model", "Locking", "Measuring"]),
        .target(
            name: "PersistenceSQLite",
            dependencies: [
                "Persistence", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
        .target(name: "PersistencePostgres", dependencies: ["Persistence", "CLibPQ"]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    ]
}

var theProduct: [Target] {
    [
        .target(name: "Events", dependencies: ["Persistence", "MerkleLog"]),
        .target(name: "Organizations", dependencies: ["Events", "ProductDefinition"]),
        .target(name: "Credentials", dependencies: ["Events", "ProductDefinition"]),
        .target(
            name: "Notices",
            dependencies: ["Events", "ProductDefinition", "Templating", "Tokens", crypto, lifecycle, logging]),
        .target(name: "BoundedCommand", dependencies: subprocess),
        .target(name: "SignIn", dependencies: ["Organizations", "Tokens", "BoundedCommand", "CArgon2", crypto]),
        .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .target(name: "Tokens", dependencies: ["Persistence", crypto, cryptoExtras]),
        .target(
            name: "Connections",
            dependencies: [
                "Credentials", "Tokens", "ProviderDefinition", crypto, lifecycle, logging,
                .product(name: "JWTKit", package: "jwt-kit"),
            ]),
        .target(name: "Verification", dependencies: ["Tokens", "Credentials", "Organizations", lifecycle, logging]),
        .target(name: "OAuth", dependencies: ["Verification", crypto]),
    ]
}

var theOutside: [Target] {
    [
        .target(
            name: "HTTPServing",
            dependencies: [
                "Verification", "OAuth", "Connections", hummingbird, httpTypes, lifecycle, logging, nioHTTPTypesHTTP1,
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
            ] + nio
        ),
        .target(name: "Outbound", dependencies: ["ProviderDefinition", "Locking", asyncHTTPClient, lifecycle] + nio),
        .target(
            name: "HTTPAPI",
            dependencies: [
                "HTTPServing", "SignIn", "Connections", "Notices", "COpenAPI", hummingbird, httpTypes,
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "Yams", package: "Yams"),
            ],
            exclude: ["openapi.yaml"]
        ),
        .target(name: "COpenAPI"),
        .target(
            name: "WebConsole",
            dependencies: [
                "HTTPServing", "SignIn", "Connections", "Notices", "Templating", hummingbird, httpTypes, crypto,
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            exclude: ["README.md"],
            resources: [.embedInCode("Assets"), .embedInCode("Templates")]
        ),
    ]
}

var theWhole: [Target] {
    [
        .systemLibrary(name: "CMalloc"),
        .executableTarget(
            name: "Server",
            dependencies: [
                "HTTPAPI", "WebConsole", "Connections", "Notices", "Outbound", "PersistenceSQLite",
                "PersistencePostgres", "ProviderDefinition", "CMalloc", hummingbird, hummingbirdCore, lifecycle,
                logging, crypto,
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"), .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ] + nio
        ),
    ]
}

// What backends of others build into themselves.
var forBackends: [Target] {
    [
        .target(
            name: "ClavigerVerifier",
            dependencies: [
                "TextForms", "Locking", asyncHTTPClient, crypto, logging,
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        .target(
            name: "ClavigerVerifierHummingbird",
            dependencies: ["ClavigerVerifier", hummingbird, httpTypes]),
    ]
}

var beside: [Target] {
    [
        .executableTarget(name: "NIOFloor", dependencies: nio, path: "Benchmarks/NIOFloor"),
        .executableTarget(
            name: "HummingbirdFloor", dependencies: [hummingbird, logging] + nio, path: "Benchmarks/HummingbirdFloor"),
        .executableTarget(
            name: "InProcess",
            dependencies: ["ClavigerVerifier", "Verification", "PersistenceSQLite", "PersistencePostgres"],
            path: "Benchmarks/InProcess"),
        .executableTarget(
            name: "RenewalProof",
            dependencies: [
                "Connections", "Outbound", "PersistenceSQLite", "PersistencePostgres", "Locking", logging, lifecycle,
                .product(name: "NIOPosix", package: "swift-nio"),
            ], path: "Benchmarks/RenewalProof"),
        .executableTarget(
            name: "VerifyingBackend",
            dependencies: [
                "ClavigerVerifier", "ClavigerVerifierHummingbird", hummingbird, httpTypes, logging,
                .product(name: "NIOCore", package: "swift-nio"),
            ], path: "Benchmarks/VerifyingBackend"),
        .executableTarget(
            name: "ProviderSimulator",
            dependencies: [
                "TextForms", "Locking", hummingbirdCore, httpTypes, lifecycle, logging, crypto, cryptoExtras,
                asyncHTTPClient,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ] + nio, path: "Examples/ProviderSimulator", exclude: ["README.md"]),
        .executableTarget(
            name: "CarbonAPI",
            dependencies: [
                "CLibPQ", "CZlib", "ClavigerVerifier", hummingbird, hummingbirdCore, httpTypes, lifecycle, logging,
                crypto, asyncHTTPClient, nioHTTPTypesHTTP1,
                .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"), .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ] + nio, path: "Examples/CarbonAPI", exclude: ["README.md"]),
        .systemLibrary(name: "CZlib", path: "Examples/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    ]
}

var tests: [Target] {
    [
        .target(
            name: "TestSupport",
            dependencies: [
                "HTTPAPI", "Connections", "PersistenceSQLite", "PersistencePostgres", "CLibPQ",
                asyncHTTPClient, crypto, lifecycle, logging,
            ] + nio + subprocess,
            path: "Tests/TestSupport"
        ),
        .testTarget(name: "CredentialFormatTests", dependencies: ["CredentialFormat", "TestSupport"]),
        .testTarget(name: "TextFormsTests", dependencies: ["TextForms"]),
        .testTarget(name: "LimitsTests", dependencies: ["Limits"]),
        .testTarget(name: "MerkleLogTests", dependencies: ["MerkleLog"]),
        .testTarget(name: "TemplatingTests", dependencies: ["Templating"]),
        .testTarget(name: "PolicyTests", dependencies: ["Policy"]),
        .testTarget(name: "ModelTests", dependencies: ["Model"]),
        .testTarget(name: "ProductDefinitionTests", dependencies: ["ProductDefinition", "TestSupport"]),
        .testTarget(
            name: "ProviderDefinitionTests", dependencies: ["ProviderDefinition", "TestSupport", crypto]),
        .testTarget(name: "PersistenceTests", dependencies: ["TestSupport"]),
        .testTarget(name: "EventsTests", dependencies: ["TestSupport", crypto]),
        .testTarget(name: "BoundedCommandTests", dependencies: ["TestSupport", "BoundedCommand"]),
        .testTarget(name: "OrganizationsTests", dependencies: ["TestSupport"]),
        .testTarget(name: "CredentialsTests", dependencies: ["TestSupport"]),
        .testTarget(
            name: "NoticesTests",
            dependencies: [
                "TestSupport", "Notices", "SignIn", "Outbound", logging,
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .testTarget(name: "SignInTests", dependencies: ["TestSupport", "SignIn"]),
        .testTarget(
            name: "TokensTests",
            dependencies: ["Tokens", "TestSupport", crypto, .product(name: "JWTKit", package: "jwt-kit")]
        ),
        .testTarget(
            name: "ConnectionsTests",
            dependencies: [
                "TestSupport", "HTTPAPI", "WebConsole", "Connections", "Outbound", "ProviderSimulator", hummingbird,
                asyncHTTPClient, crypto, cryptoExtras, lifecycle, logging,
            ]),
        .testTarget(name: "VerificationTests", dependencies: ["TestSupport", "CMalloc"]),
        .testTarget(name: "OAuthTests", dependencies: ["TestSupport"]),
        .testTarget(
            name: "HTTPServingTests",
            dependencies: [
                "TestSupport", .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
            ]),
        .testTarget(name: "HTTPAPITests", dependencies: ["TestSupport"]),
        .testTarget(
            name: "WebConsoleTests",
            dependencies: [
                "TestSupport", "WebConsole", .product(name: "NIOEmbedded", package: "swift-nio"),
            ]),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "TestSupport", "Server", crypto, .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]),
        .testTarget(
            name: "ClavigerVerifierTests",
            dependencies: ["TestSupport", "ClavigerVerifier", "ClavigerVerifierHummingbird", hummingbird, logging] + nio
        ),
        .testTarget(name: "ThreatTests", dependencies: ["TestSupport", "Server", crypto]),
        .testTarget(
            name: "ProviderSimulatorTests",
            dependencies: ["ProviderSimulator", "TestSupport", crypto, cryptoExtras]),
        .testTarget(
            name: "CarbonAPITests",
            dependencies: [
                "CarbonAPI", "TestSupport", "Locking", logging, asyncHTTPClient,
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ] + nio),
        .testTarget(name: "ProofTests", dependencies: ["TestSupport", "Locking"]),
        .testTarget(name: "ArchitectureTests"),
    ]
}

var asyncHTTPClient: Target.Dependency { .product(name: "AsyncHTTPClient", package: "async-http-client") }
var crypto: Target.Dependency { .product(name: "Crypto", package: "swift-crypto") }
var cryptoExtras: Target.Dependency { .product(name: "CryptoExtras", package: "swift-crypto") }
var hummingbird: Target.Dependency { .product(name: "Hummingbird", package: "hummingbird") }
var hummingbirdCore: Target.Dependency { .product(name: "HummingbirdCore", package: "hummingbird") }
var httpTypes: Target.Dependency { .product(name: "HTTPTypes", package: "swift-http-types") }
var lifecycle: Target.Dependency { .product(name: "ServiceLifecycle", package: "swift-service-lifecycle") }
var logging: Target.Dependency { .product(name: "Logging", package: "swift-log") }
var nioHTTPTypesHTTP1: Target.Dependency { .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras") }
var subprocess: [Target.Dependency] {
    [
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
    ]
}
var nio: [Target.Dependency] {
    ["NIOCore", "NIOPosix", "NIOHTTP1"].map { .product(name: $0, package: "swift-nio") }
}

// Which sanitizer the build is for, if any: `make tsan`, `make asan`.
let sanitized: [SwiftSetting] = Context.environment["CLAVIGER_SANITIZER"] == nil ? [] : [.define("CLAVIGER_SANITIZER")]

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
for target in package.targets where target.type != .system {
    target.swiftSettings = settings + sanitized
}
