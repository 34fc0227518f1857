/// A script of `Tests/Browser`, which drives a headless Chromium. A few run at a time: each keeps a core busy, and a browser
/// that gets none does not end what it is waited for.
package enum BrowserScript {
    private static let turnstile = Turnstile(places: 3)

    /// Runs `Tests/Browser/<name>.py`.
    ///
    /// - Parameter seconds: For how long it may run, without the time that it waits for others.
    package static func run(
        _ name: String, _ arguments: [String], atMost seconds: Int = 900
    ) async throws -> FinishedCommand {
        try await turnstile.pass {
            try await FinishedCommand.python(["Tests/Browser/\(name).py"] + arguments, atMost: seconds)
        }
    }
}

/// A semaphore: lets so many through at a time, in the order in which they came.
private actor Turnstile {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(places: Int) {
        free = places
    }

    func pass<Result: Sendable>(_ work: @Sendable () async throws -> Result) async throws -> Result {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
        defer {
            if waiting.isEmpty {
                free += 1
            } else {
                waiting.removeFirst().resume()
            }
        }
        return try await work()
    }
}
