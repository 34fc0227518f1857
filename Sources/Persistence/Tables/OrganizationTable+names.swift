package import CredentialFormat
package import Model

extension Transaction {
    /// The names of these organizations by their identifiers; none for those that are gone.
    package borrowing func organizationNames(
        _ ids: Set<ID<Organization>>
    ) throws -> [ID<Organization>: String] {
        guard let last = ids.first else { return [:] }
        // Some one several times, so that there are few different statements to prepare, however many are asked for.
        var list = Array(ids)
        while list.count & (list.count - 1) != 0 { list.append(last) }
        let rows = try all("SELECT id, name FROM organization WHERE id IN (\(list: list))") { row in
            (try row.id(0) as ID<Organization>, try row.text(1))
        }
        return Dictionary(rows) { first, _ in first }
    }

    /// The names of these members and organizations in one statement; none for those that are gone, and none for members who
    /// belong elsewhere.
    ///
    /// - Parameter path: Where members must belong, nil for anywhere.
    package borrowing func names(
        ofMembers members: Set<ID<Member>>, within path: OrganizationPath?, andOrganizations ids: Set<ID<Organization>>
    ) throws -> (members: [ID<Member>: String], organizations: [ID<Organization>: String]) {
        // Without either, one is asked for.
        guard !members.isEmpty else { return ([:], try organizationNames(ids)) }
        guard !ids.isEmpty else { return (try memberNames(members, within: path), [:]) }
        let place: BoundSQL = path.map { "AND o.path >= \($0.stored) AND o.path < \($0.storedEnd)" } ?? ""
        let rows = try all(
            """
            SELECT m.id, m.name, 1 FROM member m JOIN organization o ON o.id = m.organization_id
            WHERE m.id IN (\(list: Self.padded(members))) \(part: place)
            UNION ALL SELECT o.id, o.name, 0 FROM organization o WHERE o.id IN (\(list: Self.padded(ids)))
            """
        ) { row in (try row.id(0) as ID<Member>, try row.text(1), try row.bool(2)) }
        return (
            Dictionary(rows.filter(\.2).map { ($0.0, $0.1) }) { first, _ in first },
            Dictionary(rows.filter { !$0.2 }.map { (ID<Organization>(value: $0.0.value), $0.1) }) { first, _ in first }
        )
    }

    /// Some one several times, so that there are few different statements to prepare, however many are asked for.
    private static func padded<E: Entity>(_ ids: Set<ID<E>>) -> [ID<E>] {
        var list = Array(ids)
        while let last = list.last, list.count & (list.count - 1) != 0 { list.append(last) }
        return list
    }
}
