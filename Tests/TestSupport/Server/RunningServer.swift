package import Testing

/// Has one server run for all tests of a suite: `@Suite(.server())`. They find it with ``current``.
package struct RunningServer: SuiteTrait, TestScoping {
    @TaskLocal private static var running: (server: ServerProcess, demo: DemoCredentials)?

    private let product: String?
    private let arguments: [String]

    fileprivate init(product: String?, arguments: [String]) {
        self.product = product
        self.arguments = arguments
    }

    /// The server of the suite, and the demo's credentials.
    package static var current: (server: ServerProcess, demo: DemoCredentials) {
        get throws {
            guard let running else { throw ServerFailure("The suite has no server.") }
            return running
        }
    }

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await ServerProcess.withDemo(product: product, arguments: arguments) { server, demo in
            try await Self.$running.withValue((server, demo)) { try await function() }
        }
    }
}

extension Trait where Self == RunningServer {
    /// One server with the demo's data for all tests of the suite.
    ///
    /// - Parameters:
    ///   - product: A product definition, nil for the standard product.
    ///   - arguments: Further flags.
    package static func server(product: String? = nil, arguments: [String] = []) -> Self {
        RunningServer(product: product, arguments: arguments)
    }
}
