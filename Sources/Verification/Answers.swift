import CredentialFormat
import Model
import Tokens

/// What the database answered for one request, beside what memory holds: nil under a key means that it does not exist.
struct Answers: Sendable {
    var apiKeys: [Fingerprint: KnownAPIKey?] = [:]
    var clients: [ClientID: KnownClient?] = [:]
    var accessKeys: [Fingerprint: KnownAccessKey?] = [:]
    var contacts: [ID<Contact>: KnownContact?] = [:]
    var organizations: [ID<Organization>: Standing?] = [:]
    var lineages: [ID<RefreshLineage>: KnownLineage?] = [:]
    var audiences: Set<String>?
    var revocations: [ID<AccessToken>: Bool] = [:]
    var keys: KeySet?
    /// Whether memory is believed although it is not current: in the product's grace, once the database did not answer.
    var isInGrace = false
}
