import Logging
import ServiceLifecycle

/// Does jobs, one after the other.
struct JobService: Service {
    let store: any Store
    let queue: JobQueue
    let datasets: DatasetProcessor
    let exports: ExportWriter
    let sweepers: Sweepers
    let logger: Logger

    /// Who takes away what.
    struct Sweepers: Sendable {
        let uploads: UploadSweeper
        let exports: ExportSweeper
        let shelf: ShelfSweeper
    }

    /// After the database was away.
    private static let pause = Duration.seconds(1)

    func run() async throws {
        for waiting in try await store.read(.upkeep, { try $0.waitingDatasets() + $0.waitingExports() }) {
            switch waiting {
            case .success(let job): queue.add(job)
            case .failure(let error):
                logger.error("a job that waits cannot be read", metadata: ["error": .string("\(error)")])
            }
        }
        for await job in queue.jobs.cancelOnGracefulShutdown() {
            do {
                try await perform(job)
            } catch is CancellationError {
                // It is found in the database again by the next server.
                return
            } catch let failure as StoreFailure where failure.mayPass {
                logger.warning("a job waits for the database", metadata: ["failure": .string("\(failure)")])
                try? await Task.sleep(for: Self.pause)
                queue.add(job)
            } catch {
                logger.error("a job failed", metadata: ["job": .string("\(job)"), "error": .string("\(error)")])
            }
        }
    }

    @concurrent private func perform(_ job: Job) async throws {
        switch job {
        case .dataset(let id, let organization): try await datasets.process(id, of: organization)
        case .export(let id, let organization): try await exports.write(id, of: organization)
        case .sweep:
            let now = Timestamp.now
            // What one of them cannot do keeps no other from its work.
            var failure: (any Error)?
            for sweep in [sweepers.uploads.sweep, sweepers.exports.sweep, sweepers.shelf.sweep] {
                do { try await sweep(now) } catch { failure = error }
            }
            if let failure { throw failure }
        }
    }
}

/// Has the sweepers look from time to time.
struct SweepClock: Service {
    let queue: JobQueue
    /// Seconds.
    let interval: Int

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: .seconds(interval))) != nil { queue.add(.sweep) }
        }
    }
}

extension Job {
    /// To be called between two steps of a long job, so that the end of the server need not wait for that of the job.
    ///
    /// - Throws: `CancellationError`
    static func goOn() throws {
        guard !Task.isShuttingDownGracefully else { throw CancellationError() }
        try Task.checkCancellation()
    }

    /// Whether a job that threw this is tried again: what may pass, and what the end of the server broke off. Anything else would be
    /// tried for ever.
    static func isTriedAgain(after error: any Error) -> Bool {
        error is CancellationError || (error as? StoreFailure)?.mayPass == true
    }
}

extension StoreFailure {
    /// Whether another attempt may succeed.
    var mayPass: Bool {
        switch self {
        case .conflict, .unavailable: true
        case .unique, .reference, .unreadable, .engine: false
        }
    }
}
