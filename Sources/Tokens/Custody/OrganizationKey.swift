package import CredentialFormat
import Crypto
package import Model
package import Persistence

/// The key of one organization, which wraps the data keys of what it has. Without it, none of them opens.
package struct OrganizationKey: Sendable, Redacted {
    static let byteCount = 32

    package let organization: ID<Organization>
    private let seal: ContextSeal

    init?(of organization: ID<Organization>, bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.organization = organization
        seal = ContextSeal(key: SymmetricKey(data: bytes))
    }

    /// What a key that wraps keys wraps it for.
    static func context(of organization: ID<Organization>) -> String {
        "organization_key/\(organization)"
    }

    /// A new data key, with the row that keeps it.
    ///
    /// - Parameter holder: The identifier of what it seals values of.
    package func makeDataKey(for holder: String, at now: Instant) throws -> (key: DataKey, row: DataKeyRow) {
        let key = SymmetricKey(size: .bits256)
        let id = ID<DataKeyRow>(at: now.milliseconds)
        let wrapped = try seal.seal(key.withUnsafeBytes { Array($0) }, for: context(of: id, holder))
        return (
            DataKey(id: id, key: key),
            DataKeyRow(id: id, organization: organization, holder: holder, wrapped: wrapped, createdAt: now)
        )
    }

    /// The data key of a row, nil if it is another organization's or was changed.
    package func open(_ row: DataKeyRow) -> DataKey? {
        guard row.organization == organization,
            let bytes = seal.open(row.wrapped, for: context(of: row.id, row.holder)), bytes.count == Self.byteCount
        else { return nil }
        return DataKey(id: row.id, key: SymmetricKey(data: bytes))
    }

    private func context(of id: ID<DataKeyRow>, _ holder: String) -> String {
        "data_key/\(organization)/\(holder)/\(id)"
    }
}
