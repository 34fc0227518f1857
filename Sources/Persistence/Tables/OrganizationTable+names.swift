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
}
