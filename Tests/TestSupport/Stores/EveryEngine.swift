package import Testing

/// Has each test run on every engine, one after the other: `@Suite("…", .onEveryEngine)`. What opens a store or starts a
/// server without naming an engine gets ``StoreUnderTest/current``.
package struct EveryEngine: SuiteTrait, TestTrait, TestScoping {
    package var isRecursive: Bool { true }

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        for engine in StoreUnderTest.allCases {
            try await engine.run(test, testCase, function)
        }
    }
}

extension Trait where Self == EveryEngine {
    /// Each test runs on every engine.
    package static var onEveryEngine: Self { EveryEngine() }
}

extension StoreUnderTest {
    /// Runs a test on this engine, which is named by what the test finds wrong.
    func run(
        _ test: Test, _ testCase: Test.Case?, _ function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let named = IssueHandlingTrait.compactMapIssues { issue in
            var issue = issue
            issue.comments.append("on \(rawValue)")
            return issue
        }
        try await withoutActuallyEscaping(function) { function in
            try await named.provideScope(for: test, testCase: testCase) {
                try await Self.$current.withValue(self) { try await function() }
            }
        }
    }
}
