import OAuth
package import ProductDefinition

/// The credential that a request shows, before anything is believed of it. Printed, it does not show its text.
package enum PresentedCredential: Sendable, CustomStringConvertible, CustomReflectable {
    case none
    /// The text of the only one. Empty for one that cannot be any of ours, so that it is refused and not overlooked.
    case one(String)
    case refused(Fault)

    package var description: String {
        switch self {
        case .none: "none"
        case .one: "one (redacted)"
        case .refused(let fault): "refused: \(fault.rule)"
        }
    }

    package var customMirror: Mirror { Mirror(self, children: []) }

    /// What is wrong with the way in which a credential is sent.
    package enum Fault: Sendable, CaseIterable {
        /// Two at once: whichever were taken, somebody would mean the other.
        case several
        /// `Authorization: Bearer: …`, as the documentation of some APIs has it.
        case colon
        /// Basic with a password beside the API key.
        case password

        /// The name of the rule, for the log.
        package var rule: String {
            switch self {
            case .several: "two credentials"
            case .colon: "colon after Bearer"
            case .password: "password beside API key"
            }
        }

        /// What to do, for whoever writes the client: an `error_description` (RFC 6750 §3).
        package var explanation: StaticString {
            switch self {
            case .several: "Send one credential, in one place."
            case .colon: "Write the credential after Bearer and a blank, without a colon."
            case .password: "Send the API key as the user name of Basic and leave the password empty."
            }
        }

        /// The challenge that says so (RFC 6750 §3).
        func challenge(after start: String) -> String {
            "\(start), error=\"invalid_request\", error_description=\"\(explanation)\""
        }
    }
}

/// Where a request may show its credential: `Authorization: Bearer` (RFC 6750 §2.1) always, and where the product says so
/// an API key in a header field of its own, or as the user name of Basic (RFC 7617).
///
/// An access token stands behind `Bearer` alone. Every door reads credentials here, so that no two can differ in what they
/// take for one.
package struct CredentialFields: Sendable {
    private let headers: [String]
    private let allowsBasic: Bool
    private let isAPIKey: @Sendable (String) -> Bool

    /// - Parameter isAPIKey: Whether a text has the form of an API key of this product.
    package init(_ policy: ProductPolicy, isAPIKey: @escaping @Sendable (String) -> Bool) {
        headers = policy.apiKeyHeaders
        allowsBasic = policy.apiKeyBasic
        self.isAPIKey = isAPIKey
    }

    /// The names of all of them.
    var names: [String] { headers + ["Authorization"] }

    /// The credential of a request.
    ///
    /// - Parameters:
    ///   - elsewhere: A credential that was found beside the header fields, such as in the query; it counts as one.
    ///   - field: The value of the header field of a name, nil without one, a list where it was sent several times.
    package func credential(
        besides elsewhere: String? = nil, _ field: (String) -> String?
    ) -> PresentedCredential {
        var found: PresentedCredential = elsewhere.map { .one($0) } ?? .none
        for header in headers {
            guard let value = field(header) else { continue }
            guard case .none = found else { return .refused(.several) }
            found = .one(isAPIKey(value) ? value : "")
        }
        guard let value = field("Authorization") else { return found }
        guard case .none = found else { return .refused(.several) }
        return authorization(value)
    }

    private func authorization(_ value: String) -> PresentedCredential {
        if let text = BearerField.credential(value) { return .one(text) }
        if BearerField.hasColon(value) { return .refused(.colon) }
        guard allowsBasic, let (user, password) = ClientClaim.basic(value) else { return .none }
        guard password.isEmpty else { return .refused(.password) }
        return .one(isAPIKey(user) ? user : "")
    }
}
