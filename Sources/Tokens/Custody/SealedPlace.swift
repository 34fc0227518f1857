package import CredentialFormat
package import Model
import Persistence

/// Where a sealed value stands. It opens nowhere else: not in another row, field, organization or installation, and not after a
/// newer one has taken its place (threat K11).
package struct SealedPlace: Sendable, Hashable {
    package var table: String
    package var field: String
    package var organization: ID<Organization>
    /// Which installation it is of, so that rows of a copy with the same master key do not open here.
    package var environment: String
    /// The identifier of what the value belongs to.
    package var holder: String
    package var provider: String
    package var generation: Int

    package init(
        table: String, field: String, organization: ID<Organization>, environment: String, holder: String,
        provider: String,
        generation: Int
    ) {
        self.table = table
        self.field = field
        self.organization = organization
        self.environment = environment
        self.holder = holder
        self.provider = provider
        self.generation = generation
    }

    /// All of it and the data key as associated data, each part behind its length, so that no two places have the same.
    func associatedData(sealedUnder key: ID<DataKeyRow>) -> [UInt8] {
        LengthPrefixed.bytes(
            of: [
                "cv1", table, field, organization.description, environment, holder, provider, String(generation),
                key.description,
            ])
    }
}

/// Texts as one sequence of bytes that can be taken apart in one way only.
enum LengthPrefixed {
    static func bytes(of texts: [String]) -> [UInt8] {
        texts.reduce(into: []) { bytes, text in
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: text.utf8.count).bigEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: text.utf8)
        }
    }
}
