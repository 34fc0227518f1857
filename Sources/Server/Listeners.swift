import ServiceLifecycle

/// Everything at which callers are answered. They end together: one after another, the second would have what time the first has left.
struct Listeners: Service {
    let all: [any Service]

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for listener in all { group.addTask { try await listener.run() } }
            try await group.waitForAll()
        }
    }
}
