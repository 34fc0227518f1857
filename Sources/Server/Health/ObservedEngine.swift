import HTTPServing
import Logging
import Measuring
import Model
import Persistence
import Synchronization
import Verification

/// An engine whose failures, and their end, are told to ``Outages``, and whose time is taken.
final class ObservedEngine: Engine {
    private let engine: any Engine
    private let outages: Outages
    /// The file or the address, without a password.
    private let place: String
    private let measures = DatabaseMeasures()
    /// What is told of statements that are run for requests of traces, nil where nobody collects traces.
    private let spans: SpanQueue?
    /// How many statements took too long since something worked.
    private let slow = Atomic(0)

    init(_ engine: any Engine, at place: String, telling outages: Outages, tracing spans: SpanQueue? = nil) {
        self.engine = engine
        self.spans = spans
        self.place = place
        self.outages = outages
    }

    var stepsRun: Int { engine.stepsRun }

    var load: EngineLoad { engine.load }

    var metrics: [Metric] { measures.metrics { [engine] in engine.load } }

    func listen(_ listener: @escaping ChangeListener) {
        engine.listen(listener)
    }

    func close() async {
        await engine.close()
    }

    func read<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T {
        let begunAt = Uptime.nanoseconds()
        defer { measures.noteRead(nanoseconds: Uptime.nanoseconds() &- begunAt) }
        do {
            let value = try await engine.read(traced(body))
            noteSuccess()
            return value
        } catch {
            note(error)
            throw error
        }
    }

    func write<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T {
        let begunAt = Uptime.nanoseconds()
        defer { measures.noteWrite(nanoseconds: Uptime.nanoseconds() &- begunAt) }
        do {
            let value = try await engine.write(traced(body))
            noteSuccess()
            outages.isWell(.writing)
            return value
        } catch {
            note(error)
            throw error
        }
    }

    /// The body with its statements told to the trace of the request that this task answers, and as it is where there is none.
    private func traced<T: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) -> @Sendable (borrowing Transaction) throws -> T {
        guard let spans, let parent = CurrentSpan.parent ?? RequestTracer.current, parent.isSampled else { return body }
        return { tx in try body(tx.through { TracedConnection($0, under: parent, to: spans) }) }
    }

    private func noteSuccess() {
        outages.isWell(.database)
        if slow.load(ordering: .relaxed) > 0 { slow.store(0, ordering: .relaxed) }
    }

    private func note(_ error: any Error) {
        measures.note(error)
        switch error as? StoreError {
        case .unavailable(let problem):
            outages.met(.database, details: ["database": "\(place)", "error": "\(problem)"])
        case .slow(let problem):
            let details: Logger.Metadata = ["database": "\(place)", "error": "\(problem)"]
            // One may be its statement's fault, which must not have balancers take the node for one without a database.
            if slow.wrappingAdd(1, ordering: .relaxed).newValue > 1 {
                outages.met(.database, details: details)
            } else {
                outages.tell(ofSlowness: details)
            }
        case .uncertain:
            outages.met(.database, details: ["database": "\(place)", "error": "lost during a commit"])
        case .unwritable(let obstacle, let problem):
            outages.met(
                .writing, cause: obstacle.description, details: ["database": "\(place)", "error": "\(problem)"])
        case .constraint, .unreadable, .overloaded, .conflict, .closed, .engine, nil: break
        }
    }
}
