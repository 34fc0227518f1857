import DefinitionFile
import Model

/// Where a thing of the file and its fields stand, for what a service has against them.
struct FieldPlaces: Sendable {
    let thing: FilePlace
    private var fields: [String: FilePlace] = [:]

    init(of thing: FileEntry, _ members: [String: FileEntry]) throws(DefinitionError) {
        self.thing = thing.place
        for (name, entry) in members {
            fields[name] = entry.place
            guard entry.isList else { continue }
            for (index, value) in try entry.list(maximum: DesiredState.maximumThings).enumerated() {
                fields["\(name).\(index)"] = value.place
            }
        }
    }

    /// An error about a field, or about the thing where the file does not have it.
    func error(_ field: String, _ problem: String) -> DefinitionError {
        fields[field]?.error(problem) ?? thing.error("\(field): \(problem)")
    }

    /// What a service refused, where it stands in the file.
    func errors(of refusal: Refusal) -> [DefinitionError] {
        switch refusal {
        case .invalid(let problems): problems.map { error($0.field, $0.message) }
        case .conflict(_, let explanation), .limitReached(_, let explanation): [thing.error(explanation)]
        case .notFound: [thing.error("It was deleted meanwhile.")]
        case .forbidden(let permission), .exceedsRights(let permission):
            [thing.error("That takes the right \(permission.rawValue), which this command does not have.")]
        case .presenceRequired, .tooOften, .preconditionFailed: [thing.error("It was refused: \(refusal)")]
        }
    }
}
