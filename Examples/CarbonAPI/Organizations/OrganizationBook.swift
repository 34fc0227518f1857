import Foundation

/// A file with names of organizations is none.
struct UnreadableNames: Error, CustomStringConvertible {
    let path: String
    let problem: String

    var description: String { "\(path): \(problem)" }
}

/// Which organizations there are. The desk keeps them; here they are learned from the callers, and their names from a file.
actor OrganizationBook {
    private let store: any Store
    private var known: Set<String> = []

    /// What is remembered. Beyond it, an organization is noted once more.
    private static let mostKnown = 100_000

    init(_ store: any Store) {
        self.store = store
    }

    /// Notes the organization of a caller.
    func learn(_ path: OrganizationPath) async throws {
        guard !known.contains(path.text) else { return }
        try await store.write(.within(path)) { try $0.noteOrganization(path) }
        if known.count >= Self.mostKnown { known.removeAll() }
        known.insert(path.text)
    }

    /// Takes names from a file: `{"organizations":[{"path":"org_…/org_…","name":"…"}]}`.
    ///
    /// - Throws: ``UnreadableNames`` for one that is not so.
    func readNames(from path: String) async throws {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: Array(try Data(contentsOf: URL(fileURLWithPath: path))))
        } catch let error as JSONValue.Malformed {
            throw UnreadableNames(path: path, problem: "no JSON: \(error.problem), byte \(error.offset)")
        } catch {
            throw UnreadableNames(path: path, problem: error.localizedDescription)
        }
        let findings = Findings()
        let named = Fields(value, findings).list("organizations", most: 100_000).compactMap { fields in
            let path = fields.text("path", required: true).flatMap(OrganizationPath.init)
            let name = fields.text("name", required: true)
            if path == nil { fields.note("path", .invalid, "it is no organization's path") }
            return path.flatMap { path in name.map { (path, $0) } }
        }
        if let first = findings.all.first {
            throw UnreadableNames(path: path, problem: "\(first.field): \(first.message)")
        }
        let names = Dictionary(named.map { ($0.0.text, $0.1) }) { first, _ in first }
        let organizations = named.map { path, name in
            KnownOrganization(path: path, name: name, rootName: names[path.root.text] ?? path.root.id)
        }
        try await store.write(.upkeep) { transaction in
            for organization in organizations { try transaction.nameOrganization(organization) }
        }
    }
}
