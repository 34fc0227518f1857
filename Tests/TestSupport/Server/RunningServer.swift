package import Testing

/// Has a server run for all tests of a suite, one on each engine: `@Suite(.server())`. Each test runs on every one of them
/// and finds it with ``current``.
package struct RunningServer: SuiteTrait, TestTrait, TestScoping {
    private typealias Running = (server: ServerProcess, demo: DemoCredentials)

    @TaskLocal private static var running: [StoreUnderTest: Running] = [:]

    private let product: String?
    private let arguments: [String]
    private let environment: [String: String]
    private let engines: [StoreUnderTest]

    /// The suites and tests in the suite have it as well.
    package var isRecursive: Bool { true }

    fileprivate init(
        product: String?, arguments: [String], environment: [String: String], engines: [StoreUnderTest]
    ) {
        self.product = product
        self.environment = environment
        self.arguments = arguments
        self.engines = engines
    }

    /// The server of the suite, and the demo's credentials.
    package static var current: (server: ServerProcess, demo: DemoCredentials) {
        get throws {
            guard let running = running[.current] else { throw ServerFailure("The suite has no server.") }
            return running
        }
    }

    package func scopeProvider(for test: Test, testCase: Test.Case?) -> RunningServer? {
        test.isSuite || testCase != nil ? self : nil
    }

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        if testCase != nil {
            for engine in engines { try await engine.run(test, testCase, function) }
        } else if Self.running.isEmpty {
            await Self.room.wait()
            defer { Self.room.signal() }
            try await start(engines[...], function)
        } else {
            try await function()
        }
    }

    /// How many suites have servers at a time. Only suites wait here: a test must not, because it would keep one of the
    /// few turns to run from the tests for which the servers that are up wait, and all would wait for each other.
    private static let room = CountingSemaphore(6)

    /// Starts servers, the first first, and runs the suite once all are there.
    private func start(
        _ engines: ArraySlice<StoreUnderTest>, _ function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        guard let engine = engines.first else { return try await function() }
        try await StoreUnderTest.$current.withValue(engine) {
            try await ServerProcess.withDemo(
                product: product, arguments: arguments, environment: environment
            ) { server, demo in
                var running = Self.running
                running[engine] = (server, demo)
                try await Self.$running.withValue(running) { try await start(engines.dropFirst(), function) }
            }
        }
    }
}

extension Trait where Self == RunningServer {
    /// A server with the demo's data on each engine, for all tests of the suite.
    ///
    /// - Parameters:
    ///   - engines: Those that matter.
    ///   - product: A product definition, nil for the standard product.
    ///   - arguments: Further flags.
    ///   - environment: Further variables.
    package static func server(
        on engines: [StoreUnderTest] = StoreUnderTest.allCases, product: String? = nil, arguments: [String] = [],
        environment: [String: String] = [:]
    ) -> Self {
        RunningServer(product: product, arguments: arguments, environment: environment, engines: engines)
    }
}
