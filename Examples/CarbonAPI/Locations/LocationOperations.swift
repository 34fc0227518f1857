/// The codes of places that facilities are described by.
struct LocationOperations: Sendable {
    var all: [Operation] {
        [
            Operation(
                .get, "/location/countries", for: .holders(.facilitiesRead),
                OperationDescription("listCountries", "Countries (ISO 3166-1)", answer: 200, "Countries"), countries),
            Operation(
                .get, "/location/countries/{code}/subdivisions", for: .holders(.facilitiesRead),
                OperationDescription(
                    "listSubdivisions", "A country's subdivisions (ISO 3166-2)", answer: 200, "Subdivisions"),
                subdivisions),
        ]
    }

    private func countries(_: Call) async throws -> Reply {
        .json(["countries": .list(Places.countries.map { ["code": .text($0.code), "name": .text($0.name)] })])
    }

    private func subdivisions(_ call: Call) async throws -> Reply {
        let code = call.parameter("code").uppercased()
        guard Places.isCountry(code) else { throw Refusal.notFound }
        return .json(["subdivisions": .list(Places.subdivisions(of: code))])
    }
}
