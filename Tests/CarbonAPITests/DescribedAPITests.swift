import TestSupport
import Testing

/// The API in the hands of a program that knows it from its OpenAPI document alone.
@Suite("The API's document in the hands of others")
struct DescribedAPITests {
    /// As with the desk's document, a few requests for each operation, the same in every run. PostgreSQL is the stricter engine.
    @Test func `schemathesis finds no answer that the document does not describe`() async throws {
        try await StoreUnderTest.$current.withValue(.postgres) {
            let api = try await CarbonFront()
            // Lists have something in them.
            _ = try await WallTests.things(api)
            let paths = try await api.get("/openapi.json").json["paths"].members.values
            let operations = try paths.map { try $0.members.count }.reduce(0, +)
            let run = try await FinishedCommand.schemathesis(api.base + "/openapi.json", bearer: "group")
            #expect(run.status == 0, "\(run.faults)")
            #expect(run.hasTried(operations), "\(run.faults)")
        }
    }
}
