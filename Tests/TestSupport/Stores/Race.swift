/// Runs `body` `count` times at once, each with its own number from 0.
///
/// - Returns: How each ended, in the order of the numbers.
package func race<R: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) async throws -> R
) async -> [Result<R, any Error>] {
    await withTaskGroup(of: (Int, Result<R, any Error>).self) { group in
        for number in 0..<count {
            group.addTask {
                do { return (number, .success(try await body(number))) } catch { return (number, .failure(error)) }
            }
        }
        var ends: [(Int, Result<R, any Error>)] = []
        for await end in group { ends.append(end) }
        return ends.sorted { $0.0 < $1.0 }.map(\.1)
    }
}

extension Result {
    /// Whether it is a success.
    package var isSuccess: Bool {
        if case .success = self { true } else { false }
    }
}
