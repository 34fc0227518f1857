/// One call of the management API: a file that reads the request, calls a service in one transaction, and answers.
protocol Endpoint: Sendable {
    /// Its line in the ledger.
    static var route: Route { get }

    init(api: ManagementAPI)

    /// - Throws: ``Refusal``, ``ProblemDocument`` or what the store throws; the middleware makes replies of them.
    func respond(to call: Call) async throws -> Reply
}
