/// Waits until something is so, and looks again every 20 ms: the one way in which a test waits for what nobody tells it of,
/// such as another process. No test of an inner room has to.
///
/// - Parameters:
///   - limit: When to give up. It costs nothing where all is well, so it is long: on a busy machine everything takes many
///     times as long as alone.
///   - isSo: Asked at least once.
/// - Returns: Whether it came to be so.
@discardableResult
package func eventually(
    within limit: Duration = .seconds(60), _ isSo: () async throws -> Bool
) async throws -> Bool {
    let end = ContinuousClock.now + limit
    while try await !isSo() {
        guard ContinuousClock.now < end else { return false }
        try await Task.sleep(for: .milliseconds(20))
    }
    return true
}
