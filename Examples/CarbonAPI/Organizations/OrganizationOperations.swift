/// The caller's organization and those below it.
struct OrganizationOperations: Sendable {
    let store: any Store

    var all: [Operation] {
        [
            Operation(
                .get, "/organization", for: .holders(.facilitiesRead),
                OperationDescription(
                    "listOrganizations", "Your organization and its business units", answer: 200, "Organizations"),
                list)
        ]
    }

    private func list(_ call: Call) async throws -> Reply {
        let organizations = try await store.read(try call.sight) { try $0.organizations() }
        return .json(["organizations": .list(organizations.map(\.json))])
    }
}
