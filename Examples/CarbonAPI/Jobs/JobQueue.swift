/// What the server does behind a call's back. Each is written down in the database first, and found there again after a restart.
enum Job: Sendable {
    /// Reads and calculates a file.
    case dataset(String, OrganizationPath)
    /// Writes an export.
    case export(String, OrganizationPath)
    /// Takes away what has expired.
    case sweep
}

/// Jobs that wait, in their order.
struct JobQueue: Sendable {
    let jobs: AsyncStream<Job>
    private let continuation: AsyncStream<Job>.Continuation

    init() {
        (jobs, continuation) = AsyncStream.makeStream()
    }

    func add(_ job: Job) {
        continuation.yield(job)
    }
}
