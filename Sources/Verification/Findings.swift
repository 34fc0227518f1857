package import CredentialFormat
package import Model

/// Something that memory does not hold and a judgement needs.
package enum Missing: Sendable {
    case apiKey(Fingerprint, PresentedSecret)
    case client(ClientID)
    case organization(ID<Organization>)
    case audiences
}

/// What was looked up for one request, beside what memory holds: nil under a key means that it does not exist.
///
/// A judgement that lacks something names it, the asynchronous way finds it, and the judgement is made again with it. So
/// there is one judgement, whether memory suffices or not.
package struct Findings: Sendable {
    var apiKeys: [Fingerprint: KnownCredential?] = [:]
    var clients: [ClientID: KnownClient?] = [:]
    var organizations: [ID<Organization>: Standing?] = [:]
    var audiences: Set<String>?

    /// Nothing was looked up.
    package static let none = Findings()

    package init() {}
}

/// An answer, or what it lacks.
package enum Partial<Answer: Sendable>: Sendable {
    case answer(Answer)
    case missing(Missing)
}
